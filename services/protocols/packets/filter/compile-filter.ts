import type { PacketSummary } from '../summary.ts'
import type { FilterNode, NumberField, NumberOperator, TextField, TextOperator, WordTest } from './ast.ts'

export type PacketPredicate = (packet: PacketSummary) => boolean

/** A filter as a function. `null` lets everything pass. */
export function compileFilter(node: FilterNode | null): PacketPredicate {
  return node === null ? () => true : compile(node)
}

function compile(node: FilterNode): PacketPredicate {
  switch (node.type) {
    case 'and': {
      const [left, right] = [compile(node.left), compile(node.right)]
      return (packet) => left(packet) && right(packet)
    }
    case 'or': {
      const [left, right] = [compile(node.left), compile(node.right)]
      return (packet) => left(packet) || right(packet)
    }
    case 'not': {
      const inner = compile(node.inner)
      return (packet) => !inner(packet)
    }
    case 'word':
      return WORDS[node.word]
    case 'text':
      return compileText(TEXTS[node.field], node.operator, node.value.toLowerCase())
    case 'number':
      return compileNumber(node.field, node.operator, node.value)
    case 'place':
      return compilePlace(node.side, node.name)
    case 'link':
      return ({ flow }) => isAt(flow, 'opener', node.from) && isAt(flow, 'acceptor', node.to)
    case 'kind':
      return ({ kind }) => kind === node.kind
    case 'trace':
      return compileTrace(node.trace)
  }
}

const WORDS: Readonly<Record<WordTest, PacketPredicate>> = {
  dns: ({ protocol }) => protocol === 'DNS',
  // Hrana is carried by HTTP, as HTTP is by TCP.
  http: ({ protocol }) => protocol === 'HTTP' || protocol === 'Hrana',
  hrana: ({ protocol }) => protocol === 'Hrana',
  tcp: ({ flow }) => flow.transport === 'tcp',
  udp: ({ flow }) => flow.transport === 'udp',
  'http.request': (packet) => packet.forward && isHttpMessage(packet),
  'http.response': (packet) => !packet.forward && isHttpMessage(packet),
  traced: ({ trace }) => trace !== null,
  faulty: ({ fault }) => fault !== null,
}

/** Whether a message begins in the packet: those that go on with one are not counted again. */
function isHttpMessage({ exchange, parts }: PacketSummary): boolean {
  return exchange?.kind === 'http' && parts.some((part) => part.kind === 'head' && part.at === 0)
}

/** The values that a packet has for a field; none where the field does not apply. Fields of a request hold for its answer too. */
const TEXTS: Readonly<Record<TextField, (packet: PacketSummary) => readonly string[]>> = {
  'http.method': ({ exchange }) => (exchange?.kind === 'http' ? [exchange.method] : []),
  'http.path': ({ exchange }) => (exchange?.kind === 'http' ? [exchange.target] : []),
  'http.host': ({ exchange }) => (exchange?.kind === 'http' && exchange.hostField ? [exchange.hostField] : []),
  'dns.name': ({ exchange }) => (exchange?.kind === 'dns' ? [exchange.name] : []),
  'dns.type': ({ exchange }) => (exchange?.kind === 'dns' ? [exchange.type] : []),
  'hrana.sql': ({ exchange }) => (exchange?.kind === 'http' ? exchange.sql : []),
  info: ({ info }) => [info],
}

/** A packet that does not have the field is not different from the value either: `!=` needs one to compare. */
function compileText(
  values: (packet: PacketSummary) => readonly string[],
  operator: TextOperator,
  wanted: string,
): PacketPredicate {
  switch (operator) {
    case '==':
      return (packet) => values(packet).some((value) => value.toLowerCase() === wanted)
    case '!=':
      return (packet) => {
        const found = values(packet)
        return found.length > 0 && found.every((value) => value.toLowerCase() !== wanted)
      }
    case 'contains':
      return (packet) => values(packet).some((value) => value.toLowerCase().includes(wanted))
  }
}

const COMPARISONS: Readonly<Record<NumberOperator, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

function compileNumber(field: NumberField, operator: NumberOperator, wanted: number): PacketPredicate {
  const holds = COMPARISONS[operator]
  switch (field) {
    case 'http.status':
      return ({ exchange, forward }) =>
        !forward && exchange?.kind === 'http' && exchange.status !== null && holds(exchange.status, wanted)
    case 'length':
      return ({ length }) => holds(length, wanted)
    case 'no':
      return ({ no }) => holds(no, wanted)
    case 'connection':
      return ({ flow }) => holds(flow.connection, wanted)
    case 'port':
      // A packet has two ports: "is not 8080" means that neither is.
      if (operator === '!=') return ({ flow }) => flow.client.port !== wanted && flow.server.port !== wanted
      return ({ flow }) => holds(flow.client.port, wanted) || holds(flow.server.port, wanted)
  }
}

type Flow = PacketSummary['flow']

/** Whether a name is meant by one end: the service, its host, or its address. */
function isAt(flow: Flow, end: 'opener' | 'acceptor', name: string): boolean {
  if (end === 'opener') return flow.opener === name || flow.peerHost === name || flow.client.address === name
  return flow.acceptor === name || flow.host === name || flow.server.address === name
}

function compilePlace(side: 'host' | 'from' | 'to', name: string): PacketPredicate {
  switch (side) {
    case 'host':
      return ({ flow }) => isAt(flow, 'opener', name) || isAt(flow, 'acceptor', name)
    case 'from':
      return ({ flow, forward }) => isAt(flow, forward ? 'opener' : 'acceptor', name)
    case 'to':
      return ({ flow, forward }) => isAt(flow, forward ? 'acceptor' : 'opener', name)
  }
}

function compileTrace(trace: number | string): PacketPredicate {
  if (typeof trace === 'number') return (packet) => packet.trace === trace
  return ({ exchange }) => exchange?.kind === 'http' && (exchange.traceId?.startsWith(trace) ?? false)
}
