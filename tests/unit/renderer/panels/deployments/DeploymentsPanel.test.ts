import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import DeploymentsPanel from '../../../../../renderer/src/panels/deployments/DeploymentsPanel.vue'
import { useDeploymentsStore } from '../../../../../renderer/src/stores/deployments.ts'
import { useNoticesStore } from '../../../../../renderer/src/stores/notices.ts'
import { button, mountWithLab } from '../../mount.ts'

function rows(wrapper: VueWrapper): string[][] {
  return wrapper.findAll('tbody tr').map((row) => row.findAll('th, td').map((cell) => cell.text().trim()))
}

it('says what it is for before anything was deployed, and before a lab runs', async () => {
  const idle = await mountWithLab(DeploymentsPanel, { topology: null })
  expect(idle.wrapper.text()).toContain('Start a lab')
  idle.wrapper.unmount()
  const { wrapper } = await mountWithLab(DeploymentsPanel)
  expect(wrapper.text()).toContain('Nothing has been deployed yet.')
  expect(button(wrapper, 'Roll back').attributes('aria-disabled')).toBe('true')
})

it('reports each step and what users saw, and rolls back in one click', async () => {
  const { wrapper, lab } = await mountWithLab(DeploymentsPanel)
  const done = await useDeploymentsStore().deploy({ release: 'v2', strategy: 'restart', rate: 100 })
  await flushPromises()
  expect(done?.ok).toBe(true)
  const text = wrapper.find('article').text()
  expect(text).toContain('Release v2 runs on server-1, server-2.')
  expect(text).toMatch(/Downtime850\sms/)
  expect(text).toMatch(/±\s10\sms/)
  expect(text).toMatch(/85\s*of \d+ requests/)
  expect(wrapper.findAll('article li').filter((line) => /stop.*ms/.test(line.text()))).toHaveLength(2)
  await button(wrapper, 'Roll back to v1').trigger('click')
  await vi.waitFor(() => expect(lab.deploying).toBe(false))
  await flushPromises()
  expect(lab.host('server-1')?.release).toBe('v1')
  expect(wrapper.findAll('nav button')).toHaveLength(2)
})

it('says where a deployment stopped and why, and keeps the reports of those before', async () => {
  const { wrapper } = await mountWithLab(DeploymentsPanel)
  const deployments = useDeploymentsStore()
  await deployments.deploy({ release: 'v2', hosts: ['server-1'] })
  await deployments.deploy({ release: 'broken' })
  await flushPromises()
  expect(wrapper.find('article').text()).toContain('app/index.js:12')
  expect(wrapper.find('article').text()).toContain('It stopped at the step “check” on server-1.')
  expect(wrapper.find('article').text()).toContain('not run')
  await wrapper.findAll('nav button').at(1)?.trigger('click')
  expect(wrapper.find('article').text()).toContain('Release v2 runs on server-1.')
})

it('stops a deployment after the step that runs, and what was changed goes back', async () => {
  const { wrapper, lab } = await mountWithLab(DeploymentsPanel)
  const deployments = useDeploymentsStore()
  const running = deployments.deploy({ release: 'v2' })
  await vi.waitFor(() => expect(lab.host('server-1')?.release).toBe('v2'))
  await button(wrapper, 'Stop the deployment').trigger('click')
  expect((await running)?.rolledBack).toBe(true)
  await flushPromises()
  expect(wrapper.find('article').text()).toContain('the old release is back')
  expect(lab.host('server-1')?.release).toBe('v1')
})

it('tells of a deployment that the end of Hoplab cut off', async () => {
  const { wrapper, lab } = await mountWithLab(DeploymentsPanel)
  const hosts = [{ host: 'server-1', from: 'v1', now: 'v2' }]
  const step = { name: 'start', host: 'server-1' } as const
  const interruptedDeployment = { release: 'v2', strategy: 'rolling', startedAtMs: 0, step, hosts } as const
  lab.state = { ...lab.state, interruptedDeployment }
  await flushPromises()
  const notice = wrapper.find('[role=alert]').text()
  expect(notice).toContain('was interrupted')
  expect(notice).toContain('“start” on server-1')
  expect(notice).toContain('server-1 has v2 (before: v1).')
})

it('compares the chosen strategies in a table and saves it', async () => {
  const { wrapper, lab } = await mountWithLab(DeploymentsPanel)
  const deployments = useDeploymentsStore()
  deployments.view = 'compare'
  await flushPromises()
  expect(wrapper.text()).toContain('No strategies have been compared yet.')
  for (const name of ['Reload in place', 'Rolling without drain', 'Blue-green', 'Canary']) {
    const line = wrapper.findAll('.option').find((choice) => choice.text().startsWith(name))
    await line?.find('[role=checkbox]').trigger('click')
  }
  await wrapper.find('form').trigger('submit')
  await vi.waitFor(() => expect(lab.state.comparison?.endedAtMs).toBeTypeOf('number'))
  await flushPromises()
  const [restart = [], rolling = []] = rows(wrapper)
  expect(rows(wrapper)).toHaveLength(2)
  expect(restart.join(' ')).toMatch(/Restart in place.*850\sms\s85/)
  expect(rolling.join(' ')).toMatch(/Rolling with drain.*0\sms\s0/)
  await button(wrapper, 'Save as CSV').trigger('click')
  await flushPromises()
  expect(useNoticesStore().notices.at(-1)?.copy).toMatch(/\.csv$/)
})
