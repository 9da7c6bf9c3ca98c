import { createEngine } from '../services/engine/create-engine.ts'
import type { EngineOptions } from '../services/engine/index.ts'

/** An engine in a process of its own, for tests that kill it: `node engine-process.ts OPTIONS TOPOLOGY`. */

const [optionsText = '{}', topology = ''] = process.argv.slice(2)
const engine = await createEngine(JSON.parse(optionsText) as EngineOptions)
const { services } = await engine.startLab({ topology })
process.stdout.write(`${JSON.stringify(services.map(({ id, pid }) => ({ id, pid })))}\n`)
