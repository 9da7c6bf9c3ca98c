import { readdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { findProgram } from '../../electron/setup/find-program.ts'
import { seconds } from '../../electron/setup/progress.mjs'
import type { Bench } from './bench.ts'
import { formatTable, type NamedRow } from './table.ts'

/**
 * Runs the benchmarks (`npm run bench`, or some of them: `npm run bench -- dns memory`) one after the other and prints
 * every figure beside its goal. A figure that falls short is a result; only a benchmark that breaks is a failure.
 */

const FOLDER = import.meta.dirname
const ENDING = '.bench.ts'

interface Results {
  readonly rows: readonly NamedRow[]
  readonly notRun: readonly string[]
  readonly broken: readonly string[]
}

/** The benchmarks to run, by file name without its ending. Throws a sentence for a name that there is not. */
function choose(names: readonly string[]): string[] {
  const there = readdirSync(FOLDER)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .sort()
  const unknown = names.find((name) => !there.includes(name))
  if (unknown !== undefined) throw new Error(`There is no benchmark "${unknown}". Known ones: ${there.join(', ')}.`)
  return names.length > 0 ? [...names] : there
}

async function load(name: string): Promise<Bench> {
  const module = (await import(pathToFileURL(join(FOLDER, name + ENDING)).href)) as { readonly bench: Bench }
  return module.bench
}

async function runAll(names: readonly string[]): Promise<Results> {
  const rows: NamedRow[] = []
  const notRun: string[] = []
  const broken: string[] = []
  for (const name of names) {
    const startedMs = Date.now()
    console.log(`\n--- ${name}`)
    try {
      const bench = await load(name)
      const missing = bench.tools.filter((tool) => findProgram(tool) === null)
      if (missing.length > 0) {
        notRun.push(`${name}: not installed: ${missing.join(', ')}`)
        console.log(`not run: ${missing.join(', ')} not installed`)
        continue
      }
      const measured = await bench.run((line) => console.log(`  ${line}`))
      rows.push(...measured.map((row) => ({ bench: bench.name, row })))
      console.log(`--- ${name}: measured (${seconds(Date.now() - startedMs)})`)
    } catch (error) {
      broken.push(name)
      console.error(`--- ${name}: BROKEN`, error)
    }
  }
  return { rows, notRun, broken }
}

try {
  const results = await runAll(choose(process.argv.slice(2)))
  console.log(`\n${formatTable(results.rows)}`)
  for (const line of results.notRun) console.log(`not run: ${line}`)
  for (const name of results.broken) console.log(`broken: ${name}, see above`)
  process.exitCode = results.broken.length === 0 ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
