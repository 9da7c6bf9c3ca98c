import { readFile } from 'node:fs/promises'
import { formatIpv4 } from '../../protocols/nic/ipv4.ts'
import type { Endpoint } from '../../protocols/nic/records.ts'

/** Linux's own list of sockets (proc(5), /proc/net/tcp and its kin): what no call on a socket of one's own tells. */

/** How the system's table writes a listener that takes connections on all addresses; only read, never used to listen. */
const EVERY_ADDRESS = [0, 0, 0, 0].join('.')

/** A socket, as its own end sees the connection. */
export interface SocketName {
  readonly local: Endpoint
  readonly remote: Endpoint
}

/** States by number, from the kernel's list (include/net/tcp_states.h). */
const TIME_WAIT = 6
const CLOSED = 7
/** An unconnected UDP socket is listed as closed. */
const UDP_OPEN = CLOSED

/** A socket that no process has open any more is listed without an inode. */
const NO_INODE = '0'

export interface SocketTable {
  /** Whether a process still has this socket open. */
  has(name: SocketName): boolean
}

/** The TCP sockets of the machine; null where there is no such list. */
export async function readTcpTable(): Promise<SocketTable | null> {
  const [v4, v6] = await Promise.all([readTable('tcp'), readTable('tcp6')])
  if (v4 === null) return null
  const open = new Set<string>()
  for (const { local, remote, state, inode } of parseSocketTable(`${v4}\n${v6 ?? ''}`))
    if (state !== TIME_WAIT && state !== CLOSED && inode !== NO_INODE) open.add(`${local} ${remote}`)
  return { has: ({ local, remote }) => open.has(`${textOf(local)} ${textOf(remote)}`) }
}

/** Whether a UDP socket is bound to this address and port (or to all addresses); null where there is no such list. */
export async function isUdpBound({ address, port }: Endpoint): Promise<boolean | null> {
  const [v4, v6] = await Promise.all([readTable('udp'), readTable('udp6')])
  if (v4 === null) return null
  const wanted = new Set([`${address}:${port}`, `${EVERY_ADDRESS}:${port}`])
  return parseSocketTable(`${v4}\n${v6 ?? ''}`).some(({ local, state }) => state === UDP_OPEN && wanted.has(local))
}

interface TableRow {
  /** `127.0.0.1:8080` */
  readonly local: string
  readonly remote: string
  readonly state: number
  readonly inode: string
}

const ROW =
  /^\s*\d+: [0-9A-F]*?([0-9A-F]{8}):([0-9A-F]{4}) [0-9A-F]*?([0-9A-F]{8}):([0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+\s+\d+\s+\d+ (\d+)/gm

/** Reads the rows of the list. Of IPv6 addresses only the last 4 bytes count: IPv4 ones appear there as ::ffff:a.b.c.d. */
export function parseSocketTable(text: string): TableRow[] {
  return Array.from(text.matchAll(ROW), ([, address = '', port = '', farAddress = '', farPort = '', state, inode]) => ({
    local: `${hexAddress(address)}:${parseInt(port, 16)}`,
    remote: `${hexAddress(farAddress)}:${parseInt(farPort, 16)}`,
    state: parseInt(state ?? '', 16),
    inode: inode ?? NO_INODE,
  }))
}

/** The kernel prints the number as it stands in memory: the bytes are reversed on little-endian machines, which all of Node's Linux ones are. */
function hexAddress(hex: string): string {
  const bytes = Buffer.from(hex, 'hex').reverse()
  return formatIpv4(bytes.readUInt32BE(0))
}

function textOf({ address, port }: Endpoint): string {
  return `${address}:${port}`
}

async function readTable(name: string): Promise<string | null> {
  try {
    return await readFile(`/proc/net/${name}`, 'latin1')
  } catch {
    return null
  }
}
