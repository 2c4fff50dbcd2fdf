# The normalisation of abbreviated cubes: what the integrity constraints expect to be written out.
# Source: The RDF Data Cube Vocabulary, W3C Recommendation 16 January 2014, section 10.
PREFIX qb: <http://purl.org/linked-data/cube#>

# Phase 1: types and component properties.
INSERT { ?obs a qb:Observation } WHERE { [] qb:observation ?obs } ;
INSERT { ?obs a qb:Observation } WHERE { ?obs qb:dataSet [] } ;
INSERT { ?slice a qb:Slice } WHERE { [] qb:slice ?slice } ;
INSERT { ?part qb:componentProperty ?p . ?p a qb:DimensionProperty }
WHERE { ?part qb:dimension ?p } ;
INSERT { ?part qb:componentProperty ?p . ?p a qb:MeasureProperty }
WHERE { ?part qb:measure ?p } ;
INSERT { ?part qb:componentProperty ?p . ?p a qb:AttributeProperty }
WHERE { ?part qb:attribute ?p } ;

# Phase 2: what is attached to a dataset or a slice goes down to its observations.
INSERT { ?obs ?p ?value } WHERE {
  ?part qb:componentProperty ?p ; qb:componentAttachment qb:DataSet .
  ?dataset qb:structure [ qb:component ?part ] ; ?p ?value .
  ?obs qb:dataSet ?dataset .
} ;
INSERT { ?obs ?p ?value } WHERE {
  ?part qb:componentProperty ?p ; qb:componentAttachment qb:Slice .
  ?dataset qb:structure [ qb:component ?part ] ; qb:slice ?slice .
  ?slice ?p ?value ; qb:observation ?obs .
} ;
INSERT { ?obs ?p ?value } WHERE {
  ?part qb:componentProperty ?p .
  ?p a qb:DimensionProperty .
  ?dataset qb:structure [ qb:component ?part ] ; qb:slice ?slice .
  ?slice ?p ?value ; qb:observation ?obs .
}
