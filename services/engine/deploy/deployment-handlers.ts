import { LabError, LARGEST_RELEASE_BYTES, type CommandInput } from '../../contract/index.ts'
import type { DEPLOYMENT_COMMAND_INPUTS } from '../../contract/index.ts'
import { comparisonCsv } from '../../protocols/reports/comparison-csv.ts'
import { comparisonHtml } from '../../protocols/reports/comparison-html.ts'
import { reportWords } from '../../protocols/reports/words.ts'
import type { Engine } from '../create-engine.ts'
import type { HandlersOf } from '../handlers.ts'

/** The commands of releases and deployments. */
export const DEPLOYMENT_HANDLERS: HandlersOf<typeof DEPLOYMENT_COMMAND_INPUTS> = {
  deploy: (engine, order) => engine.lab.deployments.deploy(order),
  planDeployment: (engine, order) => engine.lab.deployments.plan(order),
  listStrategies: (engine) => engine.lab.deployments.strategies(),
  stopDeployment: (engine) => {
    engine.lab.deployments.stop()
    return null
  },
  rollback: (engine, { rate }) => engine.lab.deployments.rollback(rate),
  createRelease: (engine, { from, name, hosts }) =>
    engine.lab.changeReleases((releases) => releases.create(from, name, hosts)),
  importRelease: (engine, { name, files }) => {
    const decoded = files.map(({ path, base64 }) => ({ path, bytes: Buffer.from(base64, 'base64') }))
    const bytes = decoded.reduce((sum, file) => sum + file.bytes.length, 0)
    if (bytes > LARGEST_RELEASE_BYTES)
      throw new LabError('RELEASE_TOO_LARGE', { detail: `${bytes} bytes; ${LARGEST_RELEASE_BYTES} are allowed.` })
    return engine.lab.changeReleases((releases) => releases.import(name, decoded))
  },
  readReleaseTree: (engine, { release }) => engine.lab.deployments.releases.tree(release),
  readReleaseFile: (engine, { release, file }) => engine.lab.deployments.releases.read(release, file),
  writeReleaseFile: (engine, { release, file, text }) =>
    engine.lab.changeReleases((releases) => releases.write(release, file, text)),
  diffReleases: (engine, { from, to }) => engine.lab.deployments.releases.diff(from, to),
  checkRelease: (engine, { release }) => engine.lab.deployments.check(release),
  compareStrategies: (engine, order) => engine.lab.deployments.compare(order),
  renderComparison: (engine, order) => {
    const { name, text } = renderComparison(engine, order)
    return { fileName: `${name}.${order.format}`, text }
  },
  saveComparison: (engine, order) => {
    const { name, text } = renderComparison(engine, order)
    return engine.lab.saveReport(name, text, order.format)
  },
}

function renderComparison(
  engine: Engine,
  { format, words }: CommandInput<'renderComparison'>,
): { readonly name: string; readonly text: string } {
  const comparison = engine.lab.deployments.lastComparison
  const text = format === 'csv' ? comparisonCsv(comparison) : comparisonHtml(comparison, reportWords(words))
  return { name: `comparison-${comparison.from}-${comparison.release}`, text }
}
