import type { Fault } from './fault.ts'

/** The next pieces fail: the connection of each is reset, a datagram is lost. Then everything passes. */
export function failNext({ count }: { readonly count: number }): Fault {
  let left = count
  return {
    fate: ({ transport, bytes, readyMs }) => {
      if (left === 0 || bytes === 0) return readyMs
      left -= 1
      return transport === 'udp' ? 'lost' : 'reset'
    },
  }
}
