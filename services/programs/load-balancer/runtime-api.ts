import { createServer, type Server, type Socket } from 'node:net'
import type { Endpoint } from '../../protocols/haproxy-cfg/model.ts'
import { listenTcp } from '../kit/address.ts'
import { runCommand, type Controlled } from './runtime-commands.ts'

/** The stats socket: one line of commands, its answer, the end; or a prompt for as long as the person likes. */

/** HAProxy's buffer; no command of the lab comes near it. */
const LINE_LIMIT = 16 * 1024
const IDLE_LIMIT_MS = 10_000
const PROMPT = '\n> '

export class RuntimeApi {
  private readonly endpoint: Endpoint
  private readonly controlled: Controlled
  private readonly sockets = new Set<Socket>()
  private server: Server | null = null

  constructor(endpoint: Endpoint, controlled: Controlled) {
    this.endpoint = endpoint
    this.controlled = controlled
  }

  async listen(): Promise<void> {
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.serve(socket))
    await listenTcp(this.server, { host: this.endpoint.address, port: this.endpoint.port })
  }

  close(): void {
    this.server?.close()
    for (const socket of this.sockets) socket.destroy()
  }

  private serve(socket: Socket): void {
    let received = ''
    let interactive = false
    this.sockets.add(socket)
    socket.setEncoding('latin1')
    socket.setTimeout(IDLE_LIMIT_MS, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.sockets.delete(socket))
    // A client that ends its side without a line end still gets its answer.
    socket.on('end', () => (received.trim() === '' ? socket.end() : socket.end(this.answer(received).text)))
    socket.on('data', (text: string) => {
      received += text
      if (received.length > LINE_LIMIT) return void socket.destroy()
      for (let end = received.indexOf('\n'); end !== -1 && !socket.writableEnded; end = received.indexOf('\n')) {
        const line = received.slice(0, end).replace(/\r$/, '')
        received = received.slice(end + 1)
        const { text: answer, quit, togglePrompt } = this.answer(line)
        if (togglePrompt) interactive = !interactive
        // A person at the prompt thinks longer than a script.
        if (interactive) socket.setTimeout(0)
        socket.write(interactive ? `${answer}${PROMPT.slice(answer === '' ? 0 : 1)}` : answer)
        if (quit || !interactive) socket.end()
      }
    })
  }

  /** Runs the commands of one line, separated by `;` (`\;` is a plain semicolon). */
  private answer(line: string): { readonly text: string; readonly quit: boolean; readonly togglePrompt: boolean } {
    let text = ''
    for (const command of line.split(/(?<!\\);/)) {
      const words = command.replaceAll('\\;', ';').trim()
      if (words === 'quit') return { text, quit: true, togglePrompt: false }
      if (words === 'prompt') return { text, quit: false, togglePrompt: true }
      text += runCommand(words, this.controlled)
    }
    return { text, quit: false, togglePrompt: false }
  }
}
