/**
 * Every failure that a person can meet, with a stable code. The English sentence says what happened, where, and what
 * to do next; `{name}` stands for a parameter. The window shows its own language's sentence for the same code
 * (`errors.<CODE>` in the locale files; a unit test holds the two lists against each other).
 */
export const ERROR_SENTENCES = {
  INTERNAL: 'Something in Hoplab itself went wrong: {detail}. The lab goes on; please report this with the event log.',
  INPUT_INVALID: 'The command {command} was not understood: {detail}.',
  LAB_NOT_RUNNING: 'No lab is running. Start one first.',
  LAB_ALREADY_RUNNING: 'The lab {topology} is running already. Stop it before you start another.',
  LAB_BUSY: 'The lab is {phase} just now. Wait until that is done.',
  LAB_NOT_FOUND: 'No running lab was found. Start one with "npm run lab -- up" in another shell, or in the window.',
  LAB_UNREACHABLE: 'The lab that runs as process {pid} does not answer: {detail}. End it and start a new one.',
  TOPOLOGY_NOT_FOUND: 'There is no topology named "{topology}". Known ones: {known}.',
  TOPOLOGY_INVALID: '{file}:{line}:{column}: {detail}',
  WORKSPACE_IN_USE:
    'The workspace {workspace} belongs to a lab that is running (process {pid}). Stop that lab or choose another folder.',
  WORKSPACE_NOT_EMPTY:
    'The folder {workspace} holds other files and is no workspace of a lab. Choose an empty folder or an earlier workspace.',
  WORKSPACE_FAILED:
    'The workspace {workspace} could not be written: {detail}. Choose another folder or free some space.',
  SERVICE_UNKNOWN: 'There is no service named "{service}" in this lab. Services: {known}.',
  SERVICE_ACTION_INVALID: '{service} is {state}, so it cannot be told to {action}.',
  SERVICE_BUSY: '{service} is busy with an earlier command. Wait until it is {state} no more.',
  SERVICE_START_FAILED: '{service} did not start: {detail}',
  SERVICE_NOT_READY: '{service} runs but did not become ready within {seconds} s. Look at its terminal.',
  SERVICE_NOT_READY_BROKEN:
    '{service} runs but did not become ready within {seconds} s, with these faults set on it: {faults}. Repair them.',
  ACTION_UNSUPPORTED: 'This system cannot {action} a process: {detail}',
  PORT_TAKEN:
    '{service} could not start: port {port} on {address} is taken by another program. Choose Restart to use port {next}.',
  PORT_NONE_FREE:
    'No free port was found for {service} on {address} from {port} on. End programs that listen there and try again.',
  ADDRESS_UNUSABLE: 'The address {address} cannot be used on this system: {detail}.',
  ENGINE_NOT_FOUND:
    '{service} is set to run on {engine}, which was not found on this machine. Install it, or choose the built-in engine.',
  CONFIG_INVALID: '{file}:{line}: {detail}',
  HOST_UNKNOWN: 'There is no host named "{host}" in this lab. Hosts: {known}.',
  HOST_WITHOUT_CODE: 'The host {host} runs no web application, so nothing can be deployed to it.',
  RELEASE_UNKNOWN: 'There is no release named "{release}". Known ones: {known}.',
  RELEASE_BROKEN: 'Release {release} does not load on {host}: {detail}. The old release goes on running.',
  DEPLOY_BUSY: 'A deployment is under way. Wait until it is finished.',
  DEPLOY_FAILED: 'Release {release} was not deployed on {hosts}: {detail}',
  STRATEGY_UNSUPPORTED: 'The strategy {strategy} cannot be used here: {detail}',
  RELEASE_UNHEALTHY: 'Release {release} runs on {host}, but it failed its health check: {detail}',
  DEPLOY_STOPPED: 'The deployment of {release} was stopped by hand.',
  DEPLOY_NONE: 'There is no deployment under way.',
  DRAIN_TIMEOUT: '{sessions} sessions of {host} were not over within {seconds} s.',
  CANARY_REFUSED: 'The canary of {release} on {host} did not meet the rule: {detail}',
  BALANCER_REFUSED: '{balancer} did not do "{command}": {detail}',
  ROLLBACK_NONE: 'No server had another release before, so there is nothing to go back to.',
  RELEASE_EXISTS: 'There is a release named "{release}" already. Choose another name.',
  RELEASE_FILE_INVALID: '{file} of release {release} cannot be used: {detail}',
  RELEASE_TOO_LARGE: 'The folder is too large for a release: {detail}',
  FOLDER_UNUSABLE: 'The folder {folder} cannot become a release: {detail}',
  COMPARISON_NONE: 'No strategies have been compared in this lab yet.',
  URL_INVALID: '"{url}" is not an address that a browser could open: {detail}.',
  REQUEST_DNS_FAILED: '{name} was not resolved: {detail}. Is the DNS server {server} ready?',
  REQUEST_CONNECT_FAILED: 'No connection to {address}:{port}: {detail}. Is the process there ready?',
  REQUEST_TIMED_OUT: 'No answer from {address}:{port} within {seconds} s.',
  REQUEST_BROKEN: 'The connection to {address}:{port} ended before the answer was complete: {detail}.',
  FILE_UNKNOWN: '{service} has no file named "{file}".',
  FILE_UNREADABLE: '{path} could not be read: {detail}.',
  NETWORK_OFF:
    'The network cards of this lab do not run ({state}), so nothing is recorded. Wait a moment, or start the lab anew.',
  NETWORK_FAILED: 'The network cards could not do that: {detail}.',
  PACKET_GONE: 'Packet {no} is not recorded any more. Enlarge the recording to keep more.',
  TRACE_UNKNOWN: 'There is no trace {trace}. Known ones: {known}.',
  STEP_BUSY: 'A request is being stepped through already. Let it run to its end first.',
  STEP_NONE: 'No request is being stepped through.',
  STEP_MOVING: 'The packet is on its way. Wait until it has reached the next network card.',
  DESIGN_UNSAVED:
    'The design is in force but could not be saved to {path}: {detail}. It will be lost when the lab stops; free some space and make the change again.',
  SNAPSHOT_UNKNOWN: 'There is no snapshot named "{name}". Known ones: {known}.',
  SNAPSHOT_EXISTS: 'There is a snapshot named "{name}" already. Choose another name, or delete that one first.',
  SNAPSHOT_LIMIT: 'There are {count} snapshots already. Delete one that is not needed any more.',
  SNAPSHOT_BUSY: 'A snapshot or lab file is being written or read just now. Wait until that is done.',
  SNAPSHOT_FAILED: 'The state of the lab could not be copied: {detail}.',
  LAB_FILE_INVALID: '{file} is no lab file that can be opened: {detail}.',
  LAB_FILE_NEWER: '{file} was saved by a newer Hoplab. Open it there, or update this one.',
  LAB_FILE_TOO_LARGE:
    'The lab takes {size} MiB; a lab file may have {most}. Remove releases, or large files and tables, that are not needed.',
  EXPORT_FAILED: '{path} could not be written: {detail}.',
  TRAFFIC_BUSY: 'Traffic is running already (run {id}). Stop it before you start another run.',
  TRAFFIC_NOT_RUNNING: 'No traffic is running.',
  TRAFFIC_RUN_UNKNOWN: 'There is no traffic run {id}. Known ones: {known}.',
  TRAFFIC_FAILED: 'The load generator did not do its work: {detail}.',
  FAULT_UNKNOWN: 'There is no fault {id}. Faults that are set: {known}.',
  FAULT_EXISTS: '{place} has this fault already (number {id}). Repair it first, then set it anew.',
  FAULT_UNSUPPORTED: 'The fault {fault} cannot be set on {place}: {detail}',
  FAULT_FAILED: 'The fault {fault} on {place} did not do its work: {detail}',
  HOST_OFF: 'The host {host} is powered off, so {service} cannot start. Power it on first.',
  LINK_UNKNOWN: 'There is no link "{link}" in this lab. Links: {known}.',
  DESIGN_BUSY: 'Another change of the lab is under way ({change}). Wait until it is done, or stop it.',
  DESIGN_STOPPED: 'The change was stopped by hand ({change}); the lab is as before.',
  UNDO_NONE: 'There is no change to undo.',
  REDO_NONE: 'There is no undone change to do again.',
  AUDIT_BUSY:
    'An audit is under way, which breaks and repairs one part after the other. Wait until it is done, or stop it.',
  AUDIT_NONE: 'No audit is under way.',
  AUDIT_FAULTS_SET: 'Faults are set ({faults}). Repair all of them first: an audit breaks one part at a time.',
  AUDIT_NOT_READY: 'Not everything is as it should be: {detail}. Repair all first, then start the audit.',
  AUDIT_COMPONENT_UNKNOWN: 'There is no {kind} named "{id}" in this lab, so it cannot be audited. Known ones: {known}.',
  AUDIT_NO_ANSWER:
    'The site answers nothing, though nothing is broken: {detail}. Repair all first, then start the audit.',
  AUDIT_LIMIT: '{component} was not as before within {seconds} s of its repair: {detail}.',
  PAIR_NO_MODEL:
    'This lab has no load balancer with a web and application server behind it, so no server pair can be added. Start a topology that has one.',
  PAIR_LIMIT: 'This lab has {count} server pairs; more are not supported. Remove one first.',
  PAIR_UNKNOWN: '{host} is no server pair that can be removed. Pairs: {known}.',
  PAIR_LAST: '{host} is the last active server behind {balancer}, so it cannot be removed. Add another one first.',
  PAIR_NEEDED: '{host} cannot be removed: {detail}',
  BALANCER_UNKNOWN: 'There is no load balancer named "{balancer}" in this lab. Load balancers: {known}.',
  SERVER_NOT_BALANCED: '{server} is no server behind {balancer}. Servers: {known}.',
  SERVER_LAST_ACTIVE:
    '{server} is the only server that {balancer} may use, so it must stay active and keep a weight above 0.',
  CONFIG_EDITED:
    '{file} was edited by hand, so the lab does not change it. Take the edit back (or delete the file), then try again.',
  DESIGN_NOTHING: 'Nothing to change: the lab is so already.',
  ZONE_INVALID: '{file}:{line}: {detail}. Nothing was changed.',
  ZONE_CHANGED: 'The zone file {file} has changed meanwhile. Look at it again before you change it.',
  ZONE_RECORD_NONE: 'The zone has no {type} record of {name}.',
  RESOLVER_NONE:
    'This lab has no resolver: its visitors ask the DNS server itself. The topology 2-dns_and_resolver has one.',
  RESOLVER_SILENT: 'The resolver {service} does not answer: {detail}. Is it ready?',
  FAILOVER_BUSY: 'The ways of failover are being compared already. Wait until that is done, or stop it.',
  FAILOVER_NONE: 'The ways of failover are not being compared now.',
  FAILOVER_IMPOSSIBLE: 'The ways of failover cannot be compared here: {detail}.',
  CAPACITY_NOT_APP: '{service} is no application server, so it has no workers. Application servers: {known}.',
  CAPACITY_SILENT:
    '{service} did not take over the new setting of its workers within {seconds} s. Look at its terminal.',
  RAMP_BUSY: 'A ramp is running already. Wait until it is over, or stop it.',
  RAMP_NONE: 'No ramp is running.',
  RAMP_UNKNOWN: 'There is no ramp {id}. Known ones: {known}.',
  RAMP_ORDER_INVALID: 'The ramp cannot be run: {detail}.',
  TERMINAL_NO_INPUT: '{service} takes no input while it is {state}.',
} as const satisfies Record<string, string>

export type ErrorCode = keyof typeof ERROR_SENTENCES
export type ErrorParams = Readonly<Record<string, string | number>>

/** A failure as it travels: plain data, the same over every channel and in `--json`. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly params: ErrorParams
}

/** Fills `{name}` places of a sentence; a place without a parameter stays as it is, so that a mistake shows. */
export function fillSentence(sentence: string, params: ErrorParams): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(params[name] ?? place))
}

/** An expected failure. Anything else that is thrown is a defect and becomes `INTERNAL`. */
export class LabError extends Error {
  readonly code: ErrorCode
  readonly params: ErrorParams

  constructor(code: ErrorCode, params: ErrorParams = {}) {
    super(fillSentence(ERROR_SENTENCES[code], params))
    this.name = 'LabError'
    this.code = code
    this.params = params
  }
}

/** Turns whatever was thrown into the plain data that travels. */
export function toFailure(error: unknown): Failure {
  if (error instanceof LabError) return { code: error.code, message: error.message, params: error.params }
  const detail = error instanceof Error ? error.message : String(error)
  const params = { detail }
  return { code: 'INTERNAL', message: fillSentence(ERROR_SENTENCES.INTERNAL, params), params }
}
