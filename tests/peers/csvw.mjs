// Print the triples that rdf-parser-csvw makes of CSV files, as N-Triples.
// Usage: node csvw.mjs NODE_MODULES < TABLES
//
// TABLES is a JSON list of {metadata, csv}: the CSVW description of one table as N-Triples, since
// the parser takes RDF and one table at a time, and the path of its file.

import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

const { resolve } = createRequire(join(process.argv[2], 'anything.js'))
const load = async name => (await import(pathToFileURL(resolve(name)))).default
const n3 = await load('n3')
const CsvwParser = await load('rdf-parser-csvw')

const writer = new n3.Writer(process.stdout, { format: 'N-Triples', end: false })
for (const { metadata, csv } of JSON.parse(await text(process.stdin))) {
  const parser = new CsvwParser({
    baseIRI: pathToFileURL(csv).href,
    metadata: new n3.Store(new n3.Parser().parse(metadata))
  })
  for await (const quad of parser.import(createReadStream(csv))) {
    // What it says of the tables and their lines: it has no minimal mode, which leaves that out.
    if (quad.subject.termType !== 'BlankNode') writer.addQuad(quad)
  }
}
writer.end()
