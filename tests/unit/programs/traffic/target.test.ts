import { describe, expect, it } from 'vitest'
import { readTarget } from '../../../../services/programs/traffic/target.ts'

describe('a URL of the mix', () => {
  it('is read with its weight, and its request made', () => {
    const target = readTarget('2.5*http://www.foobar.com:8080/guestbook?page=2', 'keep-alive')
    expect(target).toMatchObject({ weight: 2.5, host: 'www.foobar.com', port: 8080, isAddress: false })
    expect(target.request.toString()).toBe(
      'GET /guestbook?page=2 HTTP/1.1\r\nHost: www.foobar.com:8080\r\nUser-Agent: Hoplab-traffic\r\nAccept: */*\r\n\r\n',
    )
  })

  it('asks for the connection to be closed when each request gets a new one', () => {
    const target = readTarget('http://127.0.0.1/', 'new')
    expect(target).toMatchObject({ weight: 1, port: 80, isAddress: true })
    expect(target.request.toString()).toContain('\r\nConnection: close\r\n')
  })

  it.each(['https://www.foobar.com/', 'http://192.0.2.7/', '0*http://127.0.0.1/', '1001*http://127.0.0.1/', 'nothing'])(
    'is refused: %s',
    (text) => {
      expect(() => readTarget(text, 'new')).toThrow(/^--url /)
    },
  )
})
