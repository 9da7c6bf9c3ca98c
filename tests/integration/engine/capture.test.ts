import { afterEach, describe, expect } from 'vitest'
import { BackgroundTraffic } from '../../background-traffic.ts'
import { openTestEngine, type TestEngine } from '../../engine.ts'
import { itWith } from '../../tools.ts'
import { fields } from '../../tshark.ts'

/** What a running lab records, as Wireshark's engine reads it. */

let lab: TestEngine
afterEach(() => lab.close())

describe('the capture of a running lab', () => {
  itWith(['tshark'], 'of more than 10,000 packets gives tshark nothing to complain of', async () => {
    lab = await openTestEngine()
    await lab.run('startLab', { topology: '1-distributed_web_infrastructure' })
    const traffic = new BackgroundTraffic({
      address: '127.10.0.10',
      port: 8080,
      ratePerSecond: 200,
      paths: ['/', '/guestbook', '/assets/style.css'],
      localAddress: '127.10.0.2',
    })
    await lab.run('sendRequest', { url: 'www.foobar.com/guestbook' })
    await lab.until(({ network }) => network.recording.recorded > 10_000)
    expect((await traffic.stop()).failures).toEqual([])
    const { path, packets } = await lab.run('exportCapture', {})
    expect(packets).toBeGreaterThan(10_000)

    const all = await fields(path, 'frame', ['frame.number'])
    expect(all.length).toBeGreaterThanOrEqual(packets)
    // That the system gives a client's port out again is no fault of the capture: with many connections it does.
    expect(
      await fields(path, 'tcp.analysis.flags && !tcp.analysis.reused_ports', ['frame.number', '_ws.expert.message']),
    ).toEqual([])
    expect(await fields(path, '_ws.malformed || _ws.short || _ws.unreassembled', ['frame.number'])).toEqual([])
    const bad = 'ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0'
    expect(await fields(path, bad, ['frame.number'])).toEqual([])

    const questions = await fields(path, 'dns.flags.response == 0', ['dns.qry.name', 'frame.interface_name'])
    expect(questions).toContainEqual(['www.foobar.com', 'ns-1'])
    const nics = await fields(path, 'http.request', ['frame.interface_name'])
    expect([...new Set(nics.flat())].sort()).toEqual(['balancer-1', 'database-1', 'server-1', 'server-2'])
    const traced = await fields(path, 'frame.comment contains "trace 1;" && http.request', ['http.request.uri'])
    expect(traced.flat()).toContain('/guestbook')
  })
})
