import { createEngine } from '../services/engine/create-engine.ts'
import type { EngineOptions } from '../services/engine/index.ts'

/** An engine with traffic, in a process of its own, for tests that kill it: `node traffic-engine-process.ts OPTIONS TOPOLOGY`. */

const [optionsText = '{}', topology = ''] = process.argv.slice(2)
const engine = await createEngine(JSON.parse(optionsText) as EngineOptions)
await engine.startLab({ topology })
const { functions } = engine.connect({ onEvents: () => undefined, onTerminalData: () => undefined })
const started = await functions.run('startTraffic', { rate: 20, connections: 'keep-alive' })
if (!started.ok) throw new Error(started.failure.message)
process.stdout.write('traffic\n')
