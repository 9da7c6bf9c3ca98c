import { ROW_TYPE } from '../../protocols/haproxy-stats/columns.ts'
import {
  ADMIN_STATE,
  CHECK_RESULT,
  CHECK_STATE,
  CHECK_STATUS_NUMBERS,
  OP_STATE,
  type ServerStateRow,
} from '../../protocols/haproxy-stats/show-servers-state.ts'
import type { StatRow } from '../../protocols/haproxy-stats/show-stat.ts'
import type { BackendServer, CheckResult } from './backend-server.ts'
import type { Backend } from './backend.ts'
import type { Average, Counters } from './counters.ts'
import { formatEndpoint, type Frontend } from './frontend.ts'

/** What the runtime API tells of the balancer, in HAProxy's columns. */

export function frontendRow(frontend: Frontend, now: number): StatRow {
  const { counters } = frontend
  return {
    pxname: frontend.config.name,
    svname: 'FRONTEND',
    ...sessionColumns(counters, now),
    slim: frontend.maxconn,
    dreq: 0,
    dresp: 0,
    ereq: counters.requestErrors,
    status: frontend.stopping ? 'STOP' : 'OPEN',
    pid: 1,
    iid: frontend.id,
    sid: 0,
    type: ROW_TYPE.frontend,
    rate_lim: 0,
    ...responseColumns(counters),
    req_tot: counters.requests,
    mode: 'http',
    conn_tot: counters.sessionsTotal,
  }
}

export function backendRow(backend: Backend, now: number): StatRow {
  const { counters } = backend
  const sharing = backend.sharing
  return {
    pxname: backend.config.name,
    svname: 'BACKEND',
    ...queueColumns(counters),
    ...sessionColumns(counters, now),
    ...failureColumns(counters),
    dreq: 0,
    status: backend.up ? 'UP' : 'DOWN',
    weight: sharing.reduce((sum, server) => sum + server.weight, 0),
    act: sharing.filter((server) => !server.backup).length,
    bck: backend.servers.filter((server) => server.usable && server.backup).length,
    chkdown: backend.timesDown,
    lastchg: seconds(now - backend.changedAt),
    pid: 1,
    iid: backend.id,
    sid: 0,
    lbtot: counters.sessionsTotal,
    type: ROW_TYPE.backend,
    ...responseColumns(counters),
    req_tot: counters.requests,
    ...timeColumns(counters, now),
    mode: 'http',
    algo: backend.config.balance,
    connect: backend.servers.reduce((sum, server) => sum + server.counters.connects, 0),
    reuse: backend.servers.reduce((sum, server) => sum + server.counters.reuses, 0),
  }
}

export function serverRow(backend: Backend, server: BackendServer, now: number): StatRow {
  const { config, counters } = server
  return {
    pxname: backend.config.name,
    svname: server.name,
    ...queueColumns(counters),
    ...sessionColumns(counters, now),
    ...failureColumns(counters),
    ...(config.maxconn === null ? {} : { slim: config.maxconn }),
    status: server.statusText,
    weight: server.weight,
    act: server.backup ? 0 : 1,
    bck: server.backup ? 1 : 0,
    ...(config.check ? { chkfail: server.failedChecks, chkdown: server.timesDown } : {}),
    lastchg: seconds(now - server.changedAt),
    downtime: server.downtimeSeconds,
    pid: 1,
    iid: backend.id,
    sid: server.id,
    lbtot: counters.sessionsTotal,
    type: ROW_TYPE.server,
    ...(config.check && server.admin !== 'maint' ? checkColumns(server.lastCheck, server) : {}),
    ...responseColumns(counters),
    req_tot: counters.requests,
    ...timeColumns(counters, now),
    addr: formatEndpoint(server.endpoint),
    mode: 'http',
    connect: counters.connects,
    reuse: counters.reuses,
    srv_icur: server.idleCount,
    idle_conn_cur: server.idleCount,
    used_conn_cur: counters.sessions,
    uweight: server.weight,
  }
}

/** A time in ms as whole seconds, as HAProxy counts changes. */
function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}

function queueColumns(counters: Counters): StatRow {
  return { qcur: counters.queued, qmax: counters.queuedMax }
}

function sessionColumns(counters: Counters, now: number): StatRow {
  return {
    scur: counters.sessions,
    smax: counters.sessionsMax,
    stot: counters.sessionsTotal,
    bin: counters.bytesIn,
    bout: counters.bytesOut,
    rate: counters.rate.read(now),
    rate_max: counters.rate.max,
  }
}

function failureColumns(counters: Counters): StatRow {
  return {
    dresp: 0,
    econ: counters.connectionErrors,
    eresp: counters.responseErrors,
    wretr: counters.retries,
    wredis: counters.redispatches,
    cli_abrt: counters.clientAborts,
    srv_abrt: counters.serverAborts,
  }
}

function responseColumns(counters: Counters): StatRow {
  const [other, ...classes] = counters.responses
  return {
    hrsp_1xx: classes[0] ?? 0,
    hrsp_2xx: classes[1] ?? 0,
    hrsp_3xx: classes[2] ?? 0,
    hrsp_4xx: classes[3] ?? 0,
    hrsp_5xx: classes[4] ?? 0,
    hrsp_other: other ?? 0,
  }
}

function timeColumns(counters: Counters, now: number): StatRow {
  const mean = (average: Average): number => Math.round(average.value)
  const most = (average: Average): number => Math.round(average.max)
  return {
    lastsess: counters.lastSessionAt === null ? -1 : seconds(now - counters.lastSessionAt),
    qtime: mean(counters.queueTime),
    ctime: mean(counters.connectTime),
    rtime: mean(counters.responseTime),
    ttime: mean(counters.totalTime),
    qtime_max: most(counters.queueTime),
    ctime_max: most(counters.connectTime),
    rtime_max: most(counters.responseTime),
    ttime_max: most(counters.totalTime),
  }
}

const CHECK_DESCRIPTIONS: Readonly<Record<CheckResult['status'], string>> = {
  UNK: 'Unknown',
  INI: 'Initializing',
  SOCKERR: 'Socket error',
  L4OK: 'Layer4 check passed',
  L4TOUT: 'Layer4 timeout',
  L4CON: 'Layer4 connection problem',
  L7OK: 'Layer7 check passed',
  L7TOUT: 'Layer7 timeout',
  L7RSP: 'Layer7 invalid response',
  L7STS: 'Layer7 wrong status',
}

function checkColumns(check: CheckResult | null, server: BackendServer): StatRow {
  const { rise, fall } = server.config
  return {
    check_status: check?.status ?? 'INI',
    check_code: check?.code ?? '',
    check_duration: check === null ? '' : Math.round(check.durationMs),
    last_chk: check === null || check.ok ? '' : check.reason,
    check_desc: CHECK_DESCRIPTIONS[check?.status ?? 'INI'],
    check_rise: rise,
    check_fall: fall,
    check_health: server.health,
  }
}

export function serverStateRow(backend: Backend, server: BackendServer, now: number): ServerStateRow {
  const { config, lastCheck } = server
  return {
    be_id: backend.id,
    be_name: backend.config.name,
    srv_id: server.id,
    srv_name: server.name,
    srv_addr: server.endpoint.address,
    srv_op_state: server.up ? OP_STATE.running : OP_STATE.stopped,
    srv_admin_state: adminBits(server),
    srv_uweight: server.weight,
    srv_iweight: config.weight,
    srv_time_since_last_change: seconds(now - server.changedAt),
    srv_check_status: CHECK_STATUS_NUMBERS[lastCheck?.status ?? 'INI'],
    srv_check_result:
      lastCheck === null ? CHECK_RESULT.unknown : lastCheck.ok ? CHECK_RESULT.passed : CHECK_RESULT.failed,
    srv_check_health: server.admin === 'maint' ? 0 : server.health,
    srv_check_state: checkBits(server),
    srv_agent_state: 0,
    bk_f_forced_id: 0,
    srv_f_forced_id: 0,
    srv_fqdn: '-',
    srv_port: server.endpoint.port,
    srvrecord: '-',
    srv_use_ssl: 0,
    srv_check_port: 0,
    srv_check_addr: '-',
    srv_agent_addr: '-',
    srv_agent_port: 0,
  }
}

function adminBits(server: BackendServer): number {
  const configured = server.configuredMaint ? ADMIN_STATE.configuredMaint : 0
  if (server.admin === 'maint') return configured | ADMIN_STATE.forcedMaint
  return configured | (server.admin === 'drain' ? ADMIN_STATE.forcedDrain : 0)
}

function checkBits(server: BackendServer): number {
  const paused = server.admin === 'maint' ? CHECK_STATE.paused : 0
  return server.config.check ? CHECK_STATE.configured | CHECK_STATE.enabled | paused : paused
}
