import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it } from 'vitest'
import { createFakeClient } from '../../../../renderer/src/client/fake/fake-client.ts'
import { useDeploymentsStore } from '../../../../renderer/src/stores/deployments.ts'
import { useLabStore } from '../../../../renderer/src/stores/lab.ts'
import { useReleasesStore } from '../../../../renderer/src/stores/releases.ts'

beforeEach(async () => {
  localStorage.clear()
  setActivePinia(createPinia())
  const lab = useLabStore()
  await lab.connect(createFakeClient({ pace: 0 }))
  await lab.startLab('1-distributed_web_infrastructure')
})

async function opened(): Promise<ReturnType<typeof useReleasesStore>> {
  const releases = useReleasesStore()
  await flushPromises()
  return releases
}

it('opens the live release at its first file', async () => {
  const releases = await opened()
  expect([releases.release, releases.file]).toEqual(['v1', 'app/index.js'])
  expect(releases.text).toContain('hello')
  expect(releases.changed).toBe(false)
})

it('saves what was changed as the next version, of all files, and goes on in that until it is deployed', async () => {
  const releases = await opened()
  releases.edit('one')
  await releases.openFile('app/layout.js')
  releases.edit('two')
  const made = await releases.save()
  await flushPromises()
  expect(made).toBe('v4')
  expect([releases.release, releases.isDraft, releases.changed]).toEqual(['v4', true, false])
  expect(releases.text).toBe('two')
  releases.edit('three')
  expect(await releases.save()).toBe('v4')
  await flushPromises()
  expect(releases.text).toBe('three')
  await releases.openFile('app/index.js')
  expect(releases.text).toBe('one')

  await useDeploymentsStore().deploy({ release: 'v4' })
  await flushPromises()
  expect(releases.isDraft).toBe(false)
  releases.edit('four')
  expect(await releases.save()).toBe('v5')
})

it('keeps what was changed while another release is looked at, and drops it when told so', async () => {
  const releases = await opened()
  const before = releases.text
  releases.edit('mine')
  releases.choose('v2')
  await flushPromises()
  expect(releases.text).toBe(before)
  releases.choose('v1')
  await flushPromises()
  expect(releases.text).toBe('mine')
  releases.dropEdits()
  expect(releases.text).toBe(before)
})

it('compares a release with the live one', async () => {
  const releases = await opened()
  releases.edit('mine')
  await releases.save()
  releases.view = 'diff'
  await flushPromises()
  expect(releases.diff).toMatchObject({ from: 'v1', to: 'v4', files: [{ path: 'app/index.js', addedLines: 1 }] })
})

it('checks a release and leads to the line of the mistake', async () => {
  const releases = await opened()
  await releases.openFile('app/layout.js')
  releases.edit('\n(((')
  await releases.save()
  await releases.openFile('app/index.js')
  await releases.checkIt()
  const { check } = releases
  expect(check).toMatchObject({ ok: false, file: 'app/layout.js', line: 2 })
  if (check) await releases.showFault(check)
  expect([releases.file, releases.goTo?.line]).toEqual(['app/layout.js', 2])
})
