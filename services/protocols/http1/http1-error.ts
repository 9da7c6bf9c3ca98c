/**
 * A message that breaks RFC 9112 or a limit. `status` is what a server answers when the message was a request;
 * in a response it means that the server cannot be trusted (a proxy answers 502). The connection is closed either way:
 * nobody knows where the next message starts.
 */
export class Http1Error extends Error {
  readonly status: 400 | 414 | 431 | 501 | 505
  constructor(message: string, status: Http1Error['status'] = 400) {
    super(message)
    this.name = 'Http1Error'
    this.status = status
  }
}
