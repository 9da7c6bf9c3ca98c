import { flushPromises } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import DeployDialog from '../../../../renderer/src/panels/deploy/DeployDialog.vue'
import { useDeploymentsStore } from '../../../../renderer/src/stores/deployments.ts'
import { useSurfacesStore } from '../../../../renderer/src/stores/surfaces.ts'
import { mountWithLab } from '../mount.ts'

function dialog(): HTMLElement {
  const found = document.querySelector<HTMLElement>('[role=dialog]')
  if (!found) throw new Error('The dialog is not open')
  return found
}

it('proposes the next release for all servers, and tells what each of them came to', async () => {
  const { lab } = await mountWithLab(DeployDialog)
  useSurfacesStore().openDeploy()
  await flushPromises()
  expect(dialog().textContent).toContain('Deploy v2')
  dialog().querySelector('form')?.requestSubmit()
  await vi.waitFor(() => expect(lab.state.deployment?.ok).toBe(true))
  await flushPromises()
  expect(dialog().textContent).toContain('Release v2 runs on server-1, server-2.')
  expect(lab.hosts.filter((host) => host.release !== null).map((host) => host.release)).toEqual(['v2', 'v2'])
})

it('deploys only to the server it was opened for', async () => {
  const { lab } = await mountWithLab(DeployDialog)
  useSurfacesStore().openDeploy(['server-2'])
  await flushPromises()
  dialog().querySelector('form')?.requestSubmit()
  await vi.waitFor(() => expect(lab.state.deployment?.endedAtMs).toBeTypeOf('number'))
  expect(lab.state.deployment?.hosts).toEqual(['server-2'])
  expect(lab.host('server-1')?.release).toBe('v1')
})

it('says why a release was not taken, and that the old one goes on', async () => {
  const { lab } = await mountWithLab(DeployDialog)
  useSurfacesStore().openDeploy(['server-1'])
  void useDeploymentsStore().deploy({ release: 'v2', hosts: ['server-1'] })
  await flushPromises()
  await vi.waitFor(() => expect(lab.state.deployment?.ok).toBe(true))
  useSurfacesStore().closeDeploy()
  await flushPromises()
  useSurfacesStore().openDeploy(['server-1'])
  await flushPromises()
  // The proposal is what no server runs yet: the broken one.
  dialog().querySelectorAll<HTMLElement>('[role=radio]').item(2).click()
  await flushPromises()
  dialog().querySelector('form')?.requestSubmit()
  await vi.waitFor(() => expect(lab.state.deployment?.ok).toBe(false))
  await flushPromises()
  expect(dialog().textContent).toContain('Release broken does not load on server-1')
  expect(dialog().textContent).toContain('runs v2')
})
