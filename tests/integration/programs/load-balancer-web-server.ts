import { createServer } from 'node:http'

/** A small web server for the balancer's tests: `node load-balancer-web-server.ts NAME ADDRESS PORT`. */
const [name = '', address = '', port = ''] = process.argv.slice(2)
let posts = 0

const server = createServer((request, response) => {
  if (request.method === 'POST') posts += 1
  request.resume()
  request.on('end', () => {
    const answer = (): void => {
      response.end(request.url === '/posts' ? String(posts) : `${name} ${request.method ?? ''} ${request.url ?? ''}`)
    }
    // So that a kill always finds requests in the middle.
    if (request.url === '/slow') setTimeout(answer, 20)
    else answer()
  })
})
server.listen(Number(port), address, () => process.stdout.write('listening\n'))
process.on('SIGTERM', () => process.exit(0))
