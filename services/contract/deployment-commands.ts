import { z } from 'zod'
import {
  REPORT_FORMATS,
  STRATEGIES,
  type ComparisonState,
  type DeploymentPlan,
  type DeploymentState,
  type ReleaseCheck,
  type ReleaseDiff,
  type ReleaseFile,
  type ReleaseInfo,
  type ReleaseText,
  type ReportText,
  type StrategyInfo,
  type WrittenRelease,
} from './deployments.ts'
import { NAME_PATTERN } from './names.ts'
import type { WrittenFile } from './network.ts'

/** Requests per second of the traffic that goes with a deployment. */
const LARGEST_RATE = 2_000
/** A file of a release that is edited by hand. */
export const LARGEST_RELEASE_TEXT_CHARS = 512 * 1024
/** An imported folder: its files, and what they have together. */
export const MOST_RELEASE_FILES = 500
export const LARGEST_RELEASE_BYTES = 4 * 1024 * 1024

const name = z.string().regex(NAME_PATTERN)
const hosts = z.array(name).max(64).optional()
const strategy = z.enum(STRATEGIES)
const rate = z.int().min(1).max(LARGEST_RATE)
/** Relative, with `/`, each part a plain name; `..` and absolute paths don't match. The engine looks for links besides. */
export const RELEASE_FILE_PATTERN =
  /^(?=.{1,300}$)(?!\.{1,2}(?:\/|$))[\w@+.-][\w @+.-]*(?:\/(?!\.{1,2}(?:\/|$))[\w@+.-][\w @+.-]*)*$/
const file = z.string().regex(RELEASE_FILE_PATTERN)
/** Of the report, in the reader's language, by key; see services/protocols/reports/words.ts for the keys. */
const words = z.record(z.string().max(64), z.string().max(500))

export const DEPLOYMENT_COMMAND_INPUTS = {
  /** `rate`: traffic from 1 s before to 1 s after. Without `strategy`: `rolling` where a balancer can drain, else `restart`. */
  deploy: z.strictObject({ release: name, hosts, strategy: strategy.optional(), rate: rate.optional() }),
  planDeployment: z.strictObject({ release: name, hosts, strategy: strategy.optional() }),
  listStrategies: z.strictObject({}),
  /** Ends the deployment or comparison under way after its step, and brings back what was changed. */
  stopDeployment: z.strictObject({}),
  /** Brings every server back to the release it had before the last deployment. */
  rollback: z.strictObject({ rate: rate.optional() }),
  /** A copy of a release, under the next free version unless a name is given, on all hosts unless some are named. */
  createRelease: z.strictObject({ from: name, name: name.optional(), hosts }),
  /** A release from the contents of files, for a folder of the student's own. `base64` of each file. */
  importRelease: z.strictObject({
    name: name.optional(),
    files: z
      .array(z.strictObject({ path: file, base64: z.string().max(LARGEST_RELEASE_BYTES * 1.4) }))
      .min(1)
      .max(MOST_RELEASE_FILES),
  }),
  readReleaseTree: z.strictObject({ release: name }),
  readReleaseFile: z.strictObject({ release: name, file }),
  writeReleaseFile: z.strictObject({ release: name, file, text: z.string().max(LARGEST_RELEASE_TEXT_CHARS) }),
  diffReleases: z.strictObject({ from: name, to: name }),
  checkRelease: z.strictObject({ release: name }),
  /** Without `strategies`: all that this lab supports. Without `release`: see `proposeRelease`. */
  compareStrategies: z.strictObject({
    strategies: z.array(strategy).min(1).max(STRATEGIES.length).optional(),
    release: name.optional(),
    rate: rate.optional(),
  }),
  /** The report of the last comparison. */
  renderComparison: z.strictObject({ format: z.enum(REPORT_FORMATS), words: words.optional() }),
  /** The same, written into the workspace's `reports`. */
  saveComparison: z.strictObject({ format: z.enum(REPORT_FORMATS), words: words.optional() }),
} as const satisfies Record<string, z.ZodType>

export interface DeploymentCommandOutputs {
  /** Answers when it has ended. A deployment that failed is a result with `ok: false`. */
  deploy: DeploymentState
  planDeployment: DeploymentPlan
  listStrategies: readonly StrategyInfo[]
  stopDeployment: null
  rollback: DeploymentState
  createRelease: ReleaseInfo
  importRelease: ReleaseInfo
  readReleaseTree: readonly ReleaseFile[]
  readReleaseFile: ReleaseText
  writeReleaseFile: WrittenRelease
  diffReleases: ReleaseDiff
  checkRelease: ReleaseCheck
  /** Answers when all have been run. */
  compareStrategies: ComparisonState
  renderComparison: ReportText
  saveComparison: WrittenFile
}
