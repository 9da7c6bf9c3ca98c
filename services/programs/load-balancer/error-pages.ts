/** The plain pages that the balancer answers itself. */

const PAGES: Readonly<Record<number, readonly [reason: string, sentence: string]>> = {
  400: ['Bad Request', 'The request could not be read.'],
  405: ['Method Not Allowed', 'This is a load balancer, not a forward proxy: CONNECT is refused.'],
  408: ['Request Timeout', 'The request did not arrive in time.'],
  414: ['URI Too Long', 'The address in the request is too long.'],
  431: ['Request Header Fields Too Large', 'The request has too many or too large headers.'],
  500: ['Internal Server Error', 'The load balancer made a mistake.'],
  501: ['Not Implemented', 'The request uses a transfer coding that is not supported.'],
  502: ['Bad Gateway', 'The server closed the connection early or answered nonsense.'],
  503: ['Service Unavailable', 'No server can take the request now.'],
  504: ['Gateway Timeout', 'The server did not answer in time.'],
  505: ['HTTP Version Not Supported', 'Only HTTP/1.0 and HTTP/1.1 are spoken here.'],
}

/** A whole response. `head` leaves out the body, for an answer to HEAD. */
export function errorPage(status: number, options: { readonly close: boolean; readonly head: boolean }): string {
  const [reason, sentence] = PAGES[status] ?? ['Error', '']
  const body = `<!doctype html>\n<title>${status} ${reason}</title>\n<h1>${status} ${reason}</h1>\n<p>${sentence}</p>\n`
  const allow = status === 405 ? 'Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n' : ''
  return (
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: ${body.length}\r\n` +
    `Cache-Control: no-store\r\n${allow}${options.close ? 'Connection: close\r\n' : ''}\r\n${options.head ? '' : body}`
  )
}
