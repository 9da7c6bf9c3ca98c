import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import TrafficPanel from '../../../../../renderer/src/panels/traffic/TrafficPanel.vue'
import { useTrafficStore } from '../../../../../renderer/src/stores/traffic.ts'
import { button, mountWithLab, type MountedLab } from '../../mount.ts'

/** There is no canvas here: the charts' data is what is looked at. */
const charts = vi.hoisted(() => ({ drawn: [] as unknown[][][] }))
vi.mock('uplot', () => ({
  default: class {
    static readonly paths = {}
    readonly over = document.createElement('div')
    constructor(_: unknown, data: unknown[][]) {
      charts.drawn.push(data)
    }
    setData(data: unknown[][]): void {
      charts.drawn.push(data)
    }
    setSize(): void {}
    destroy(): void {}
  },
}))

/** A played run draws at each of its samples, which takes its time on a busy machine. */
const PATIENCE = { timeout: 15_000 }
vi.setConfig({ testTimeout: 30_000 })

let mounted: MountedLab
beforeEach(async () => {
  charts.drawn.length = 0
  mounted = await mountWithLab(TrafficPanel)
})

async function runFor(seconds: number): Promise<void> {
  const traffic = useTrafficStore()
  traffic.form = { ...traffic.form, seconds }
  const before = traffic.runs.length
  await traffic.start()
  await vi.waitFor(() => {
    expect(traffic.runs).toHaveLength(before + 1)
    expect(traffic.running).toBeNull()
  }, PATIENCE)
  await flushPromises()
}

it('says what will stand here before there is anything', () => {
  expect(mounted.wrapper.text()).toContain('No traffic yet')
})

it('starts as the fields say and shows figures, with the resolution of the rate', async () => {
  const { wrapper } = mounted
  await wrapper.find('input[type="number"]').setValue(200)
  await wrapper.findAll('input[type="number"]').at(2)?.setValue(2)
  await button(wrapper, 'Start traffic').trigger('click')
  await vi.waitFor(() => expect(useTrafficStore().runs.at(-1)?.endedAtMs ?? null).not.toBeNull(), PATIENCE)
  await flushPromises()
  expect(wrapper.find('.downtime').text()).toContain('(±5\u00a0ms at 200 req/s)')
  expect(wrapper.find('.table').text()).toContain('Due400')
  expect(useTrafficStore().runs[0]?.settings.seconds).toBe(2)
})

it('refuses fields that make no order, and says why', async () => {
  await mounted.wrapper.find('input[type="number"]').setValue(5000)
  expect(mounted.wrapper.text()).toContain('The rate must be from 1 to 2,000')
  await button(mounted.wrapper, 'Start traffic').trigger('click')
  expect(useTrafficStore().runs).toHaveLength(0)
})

it('shows failures, what happened, and zooms there', async () => {
  const traffic = useTrafficStore()
  traffic.form = { ...traffic.form, seconds: 3600 }
  await traffic.start()
  await mounted.lab.actOnService('lb-1', 'kill')
  await vi.waitFor(() => expect(traffic.shown?.result.failed.refused ?? 0).toBeGreaterThan(0), PATIENCE)
  await traffic.stop()
  await flushPromises()
  expect(mounted.wrapper.find('.table').text()).toContain('refused')
  await vi.waitFor(() => expect(mounted.wrapper.find('.markers').text()).toContain('lb-1: failed'), PATIENCE)
  await mounted.wrapper.find('.markers button').trigger('click')
  expect(traffic.view).toBeTypeOf('object')
})

it('draws each second of the throughput', async () => {
  await runFor(3)
  await vi.waitFor(() =>
    expect(charts.drawn).toContainEqual([
      [0, 1000, 2000, 3000],
      [100, 100, 100, 100],
    ]),
  )
})

it('compares two runs, and forgets one', async () => {
  await runFor(1)
  await runFor(2)
  const { wrapper } = mounted
  await wrapper.find('.tools select').setValue('1')
  expect(wrapper.find('.table').text()).toContain('Difference')
  expect(wrapper.find('.table').text()).toContain('Due200100−100')
  expect(wrapper.findAll('[role="img"]').map((chart) => chart.attributes('aria-label'))).toContain(
    'Availability, Run 1',
  )
  await wrapper.find('[aria-label="Forget Run 2"]').trigger('click')
  await vi.waitFor(() => expect(useTrafficStore().runs.map(({ id }) => id)).toEqual([1]), PATIENCE)
  expect(wrapper.find('.table').text()).not.toContain('Difference')
})

it('moves and zooms with the keyboard', async () => {
  await runFor(6)
  const stack = mounted.wrapper.find('.stack')
  await stack.trigger('keydown', { key: '+' })
  const zoomed = useTrafficStore().view
  expect(zoomed).toBeTypeOf('object')
  await stack.trigger('keydown', { key: 'ArrowRight' })
  expect(useTrafficStore().view).not.toEqual(zoomed)
  await stack.trigger('keydown', { key: '0' })
  expect(useTrafficStore().view).toBe('whole')
})
