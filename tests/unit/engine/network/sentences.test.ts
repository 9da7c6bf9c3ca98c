import { describe, expect, it } from 'vitest'
import { STEP_NEXTS, STEP_WHYS } from '../../../../services/contract/index.ts'
import {
  STEP_NEXT_SENTENCES,
  STEP_WHY_SENTENCES,
  tellFilterError,
  tellStepLost,
  tellStepNext,
  tellStepWhy,
  tellTrace,
} from '../../../../services/engine/network/sentences.ts'

describe('the English words of the network', () => {
  it('have a sentence for every key that the engine may use', () => {
    expect(Object.keys(STEP_WHY_SENTENCES).sort()).toEqual([...STEP_WHYS].sort())
    expect(Object.keys(STEP_NEXT_SENTENCES).sort()).toEqual([...STEP_NEXTS].sort())
  })

  it('fill the places', () => {
    expect(tellTrace({ key: 'answered', params: { from: 'client', to: 'lb-1', status: '200 OK' } })).toBe(
      'lb-1 answers client: 200 OK.',
    )
    expect(tellStepWhy({ key: 'proxied', params: { from: 'web-1', to: 'app-1', target: '/' } })).toBe(
      'web-1 has no file for /, so it asks its application server app-1.',
    )
    expect(tellStepNext({ key: 'shown', params: { from: 'lb-1' } })).toContain('the whole answer of lb-1')
    const place = { start: 0, end: 3, expected: [] }
    expect(tellFilterError({ key: 'testExpected', params: { found: 'xyz' }, ...place })).toBe('xyz is no test.')
  })

  it('write a dash for what is not known, and the key where a sentence is missing', () => {
    const params = { server: 'dns-1', name: 'a.b', address: '127.0.0.1', ttl: '' }
    expect(tellStepWhy({ key: 'dnsAnswer', params })).toContain('kept for - s')
    expect(tellTrace({ key: 'newerThanThis', params: {} })).toBe('newerThanThis')
  })

  it('say why a packet is lost', () => {
    expect(tellStepLost('server-gone')).toContain('the process that it was meant for has ended')
    expect(tellStepLost(null)).toBe('The packet is lost.')
  })
})
