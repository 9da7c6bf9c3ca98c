import { Agent, get } from 'node:http'

/**
 * The simplest open-loop client there is, to compare with: `node traffic-client.ts URL RATE SECONDS`. It looks
 * every millisecond what is due, sends by Node's own HTTP client, keeps every latency (from the moment at which the
 * request was due) and prints exact percentiles.
 */

const [url = '', rateText = '', secondsText = ''] = process.argv.slice(2)
const [rate, total] = [Number(rateText), Number(rateText) * Number(secondsText)]
const agent = new Agent({ keepAlive: true })
const latencies: number[] = []
const startedMs = performance.now()
let sent = 0

function send(dueMs: number): void {
  get(url, { agent }, (response) => {
    response.resume()
    response.once('end', () => {
      latencies.push(performance.now() - startedMs - dueMs)
      if (latencies.length === total) finish()
    })
  })
}

function turn(): void {
  while (sent < total && (sent / rate) * 1000 <= performance.now() - startedMs) {
    send((sent / rate) * 1000)
    sent += 1
  }
  if (sent < total) setTimeout(turn, 1)
}

function finish(): void {
  const sorted = latencies.sort((a, b) => a - b)
  const at = (percent: number): number => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN
  process.stdout.write(JSON.stringify({ p50: at(50), p95: at(95), p99: at(99) }))
  agent.destroy()
}

turn()
