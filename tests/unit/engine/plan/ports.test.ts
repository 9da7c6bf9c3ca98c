import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { isPortFree, nextFreePort } from '../../../../services/engine/plan/ports.ts'
import { freePort } from '../../../programs.ts'

const ADDRESS = '127.20.9.1'

it('sees a port that another program listens on, and finds the next one', async () => {
  const port = await freePort(ADDRESS)
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, ADDRESS, resolve))
  expect(await isPortFree(ADDRESS, port, ['tcp'])).toBe(false)
  const next = await nextFreePort('web-1', [ADDRESS], port, ['tcp'])
  expect(next).toBeGreaterThan(port)
  expect(await isPortFree(ADDRESS, next, ['tcp'])).toBe(true)
  await new Promise((resolve) => server.close(resolve))
})

it('sees a port that is taken for datagrams only', async () => {
  const port = await freePort(ADDRESS)
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(port, ADDRESS, resolve))
  expect(await isPortFree(ADDRESS, port, ['tcp'])).toBe(true)
  expect(await isPortFree(ADDRESS, port, ['udp', 'tcp'])).toBe(false)
  await new Promise<void>((resolve) => socket.close(resolve))
})

it('says so when the machine has no such address', async () => {
  await expect(isPortFree('203.0.113.1', 8080, ['tcp'])).rejects.toMatchObject({ code: 'ADDRESS_UNUSABLE' })
})
