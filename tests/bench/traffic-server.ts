import { createServer } from 'node:http'

/**
 * A bare server that keeps its own books: `node traffic-server.ts ADDRESS PORT`. `/bare` answers at once, `/delayed`
 * after a time that is drawn from the same distribution whatever the load, `/books` tells what arrived since it was
 * asked the last time.
 */

const [address = '', port = ''] = process.argv.slice(2)

/**
 * Evenly from 40 to 100 ms. None is longer than twice the mean: wrk adds latencies that it did not measure for those
 * that are (its `stats_correct`), and would not be comparable.
 */
function delayMs(u: number): number {
  return 40 + 60 * u
}

/** The golden ratio spreads any number of draws evenly, so that two clients meet the same delays. */
const GOLDEN = (Math.sqrt(5) - 1) / 2

let [arrived, firstMs, lastMs, drawn] = [0, 0, 0, 0]
const server = createServer((request, response) => {
  if (request.url === '/books') {
    response.end(JSON.stringify({ arrived, firstMs, lastMs }))
    arrived = 0
    return
  }
  lastMs = performance.now()
  if (arrived === 0) firstMs = lastMs
  arrived += 1
  if (request.url === '/bare') return void response.end('ok')
  drawn += 1
  setTimeout(() => response.end('ok'), delayMs((drawn * GOLDEN) % 1))
})
server.keepAliveTimeout = 60_000
server.listen({ host: address, port: Number(port), backlog: 1024 }, () => process.stdout.write('listening\n'))
