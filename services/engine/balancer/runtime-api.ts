import { connect } from 'node:net'

/** HAProxy's runtime API over TCP (management guide, section 9.3): one command, one answer, then the end. */

const ANSWER_MS = 2000
const LARGEST_ANSWER_CHARS = 4 * 1024 * 1024

export interface RuntimeApi {
  readonly address: string
  readonly port: number
}

/** Sends one command and resolves with the whole answer. Rejects when the balancer does not answer. */
export function askBalancer(api: RuntimeApi, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: api.address, port: api.port, timeout: ANSWER_MS })
    let answer = ''
    socket.setEncoding('utf8')
    socket.once('connect', () => socket.write(`${command}\n`))
    socket.on('data', (piece: string) => {
      answer += piece
      if (answer.length > LARGEST_ANSWER_CHARS) socket.destroy(new Error('the answer is too long'))
    })
    socket.once('timeout', () => socket.destroy(new Error('no answer')))
    socket.once('error', reject)
    socket.once('end', () => resolve(answer))
    socket.once('close', () => reject(new Error('the connection ended without an answer')))
  })
}
