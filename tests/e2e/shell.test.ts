import { expect, test } from './fixture.ts'
import { isAlive, RunningApp, startAgain } from './running-app.ts'

/** The shell around the window: what it lets in, and how everything that it started ends. */

const TOPOLOGY = '1-distributed_web_infrastructure'
const QUIT_LIMIT_MS = 5000
/** The design's promise for every kind of end, plus a little for the watching itself. */
const CRASH_LIMIT_MS = 2500

interface Status {
  readonly topology: string
  readonly services: readonly { readonly id: string; readonly state: string; readonly pid: number }[]
}

/** Starts the lab as a person does; resolves with the lab's processes once all are ready, as another shell sees them. */
async function startLab(hoplab: RunningApp): Promise<readonly number[]> {
  await hoplab.window.getByRole('button', { name: 'Start lab' }).click()
  await expect.poll(() => readyServices(hoplab), { timeout: 30_000 }).toBe(7)
  const { answer } = await hoplab.cli('status')
  const { topology, services } = answer as Status
  expect(topology).toBe(TOPOLOGY)
  return services.map(({ pid }) => pid)
}

async function readyServices(hoplab: RunningApp): Promise<number> {
  const { exitCode, answer } = await hoplab.cli('status')
  return exitCode === 0 ? (answer as Status).services.filter(({ state }) => state === 'ready').length : 0
}

test('opens on the choice of labs', async ({ hoplab }) => {
  expect(hoplab.window.url()).toBe('app://hoplab/index.html')
  await expect(hoplab.window).toHaveTitle('Hoplab')
  await expect(hoplab.window.getByRole('button', { name: 'Start lab' })).toBeEnabled()
})

test('starts a lab that other shells can drive, and quitting stops every process', async ({ hoplab }) => {
  const pids = await startLab(hoplab)
  expect(pids.every(isAlive)).toBe(true)
  expect((await hoplab.cli('request')).answer).toMatchObject({ status: 200, release: 'v1' })

  const started = performance.now()
  await hoplab.app.evaluate(({ app }) => setTimeout(() => app.quit(), 0))
  expect(await hoplab.ended()).toBe(0)
  expect(performance.now() - started).toBeLessThan(QUIT_LIMIT_MS)
  expect(pids.filter(isAlive)).toEqual([])
  expect(await hoplab.cli('status')).toMatchObject({ exitCode: 1, answer: { error: { code: 'LAB_NOT_FOUND' } } })
})

test('says that it is stopping when the last window is closed', async ({ hoplab }) => {
  const pids = await startLab(hoplab)
  const said: string[] = []
  hoplab.window.on('console', (message) => said.push(message.text()))
  // The banner may be there for a moment only, so the page itself reports what it says.
  await hoplab.window.evaluate(() => {
    const report = (): void =>
      document.querySelectorAll('[role=alert]').forEach((alert) => console.log(alert.textContent.trim()))
    new MutationObserver(report).observe(document.body, { childList: true, subtree: true, characterData: true })
  })
  await hoplab.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  expect(await hoplab.ended()).toBe(0)
  expect(said).toContainEqual(expect.stringMatching(/^Stopping \d process/))
  expect(pids.filter(isAlive)).toEqual([])
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`ends cleanly by ${signal}`, async ({ hoplab }) => {
    const pids = await startLab(hoplab)
    process.kill(hoplab.pid, signal)
    expect(await hoplab.ended()).toBe(0)
    expect(pids.filter(isAlive)).toEqual([])
  })
}

test('leaves no process behind when it is killed, and starts cleanly again', async ({ hoplab }) => {
  const pids = await startLab(hoplab)
  process.kill(hoplab.pid, 'SIGKILL')
  await hoplab.ended()
  await expect.poll(() => pids.filter(isAlive), { timeout: CRASH_LIMIT_MS, intervals: [50] }).toEqual([])
  expect(await hoplab.cli('status')).toMatchObject({ answer: { error: { code: 'LAB_NOT_FOUND' } } })
  const again = await RunningApp.launch(hoplab.home)
  await startLab(again)
  await again.dispose()
})

test('starts another engine when the engine is killed, and says so', async ({ hoplab }) => {
  const pids = await startLab(hoplab)
  process.kill(await hoplab.enginePid(), 'SIGKILL')
  await expect(hoplab.window.getByText(/engine ended unexpectedly/)).toBeVisible()
  await expect.poll(() => pids.filter(isAlive), { timeout: CRASH_LIMIT_MS, intervals: [50] }).toEqual([])
  await startLab(hoplab)
})

test('a second start ends at once and leaves the first one its window', async ({ hoplab }) => {
  const executable = await hoplab.app.evaluate(() => process.execPath)
  await startAgain(executable, hoplab.home)
  expect(hoplab.app.windows()).toHaveLength(1)
  await expect(hoplab.window.getByRole('button', { name: 'Start lab' })).toBeEnabled()
})

test('gives its page nothing but the way to the engine', async ({ hoplab }) => {
  const page = await hoplab.window.evaluate(() => ({
    bridge: Object.keys((window as unknown as { hoplab: object }).hoplab).sort(),
    globals: ['require', 'process', 'module', 'Buffer', 'electron'].filter((name) => name in window),
  }))
  expect(page).toEqual({ bridge: ['platform', 'requestEnginePort'], globals: [] })
})

test('loads nothing from elsewhere and goes nowhere', async ({ hoplab }) => {
  const page = hoplab.window
  const policy = await page.evaluate(async () =>
    (await fetch('app://hoplab/index.html')).headers.get('Content-Security-Policy'),
  )
  expect(policy).toContain(`default-src 'none'; script-src 'self'`)
  const statusOf = (url: string): Promise<number | string> =>
    page.evaluate(
      (target) =>
        fetch(target).then(
          ({ status }) => status,
          () => 'refused',
        ),
      url,
    )
  expect(await statusOf('app://hoplab/..%2f..%2fpackage.json')).toBe(404)
  expect(await statusOf('app://elsewhere/index.html')).toBe('refused')
  expect(await statusOf('http://127.0.0.1:9/')).toBe('refused')
  expect(await statusOf('file:///etc/hostname')).toBe('refused')
  expect(await page.evaluate(() => window.open('app://hoplab/index.html'))).toBeNull()
  // The shell listens before the page tries: the promise stays there until it is asked for.
  await hoplab.app.evaluate(({ webContents }) => {
    const [contents] = webContents.getAllWebContents()
    const attempt = new Promise<boolean>((resolve) => {
      contents?.once('will-frame-navigate', (event) => resolve(event.defaultPrevented))
    })
    Object.assign(globalThis, { attempt })
  })
  await page.evaluate(() => window.location.assign('http://127.0.0.1:9/'))
  expect(await hoplab.app.evaluate(() => (globalThis as { attempt?: Promise<boolean> }).attempt)).toBe(true)
  expect(page.url()).toBe('app://hoplab/index.html')
})

test('asks for no permission of the system', async ({ hoplab }) => {
  const states = await hoplab.window.evaluate(() =>
    Promise.all(
      ['geolocation', 'camera', 'microphone', 'notifications'].map(
        async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state,
      ),
    ),
  )
  expect(states).toEqual(['denied', 'denied', 'denied', 'denied'])
})
