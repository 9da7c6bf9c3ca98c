import { describe, expect, it } from 'vitest'
import { parseSocketTable } from '../../../../services/programs/nic/socket-table.ts'

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 15000A7F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 31337 1 0000000000000000 100 0 0 10 0
  12: 0100007F:C350 15000A7F:1F90 05 00000000:00000000 00:00000000 00000000  1000        0 0 1 0000000000000000
   3: 0000000000000000FFFF00000100007F:0050 0000000000000000FFFF00000200007F:0051 01 00000000:00000000 00:00000000 00000000     0        0 99 1 0000000000000000
`

describe("the system's list of sockets", () => {
  it('is read: addresses, states and whether a process has the socket open', () => {
    expect(parseSocketTable(TABLE)).toEqual([
      { local: '127.10.0.21:8080', remote: '0.0.0.0:0', state: 10, inode: '31337' },
      { local: '127.0.0.1:50000', remote: '127.10.0.21:8080', state: 5, inode: '0' },
      { local: '127.0.0.1:80', remote: '127.0.0.2:81', state: 1, inode: '99' },
    ])
  })
})
