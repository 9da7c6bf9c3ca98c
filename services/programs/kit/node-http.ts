/**
 * `node:http` for programs. An `import` of it reads every export, among them lazy ones (`WebSocket`), which loads all of
 * Node's built-in fetch: 60 ms of processor time at every start (measured with Node 24), for nothing. Types may be
 * imported from `node:http` as usual.
 */
export const { Agent, createServer, request: openRequest, STATUS_CODES } = process.getBuiltinModule('node:http')
