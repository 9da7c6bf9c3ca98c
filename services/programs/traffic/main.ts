import { TrafficRecord } from '../../protocols/traffic/record.ts'
import { Schedule } from '../../protocols/traffic/schedule.ts'
import { secondsOf } from '../../protocols/traffic/views.ts'
import { resultText, secondText } from '../../protocols/traffic/words.ts'
import { runProgram, type ProgramOptions } from '../kit/program.ts'
import { closeChannel, hasChannel, sendReport, takeCommands } from './channel.ts'
import { Generator } from './generator.ts'
import { OPTIONS, readOptions, type TrafficOptions } from './options.ts'

/** How often outcomes are told over the channel. */
const REPORT_MS = 100

await runProgram({
  name: 'traffic',
  summary: 'a load generator that sends requests on schedule, whatever the answers do',
  example:
    'traffic --rate 200 --seconds 10 --dns 127.10.0.53:8053 --url http://www.foobar.com:8080/ --url 3*http://www.foobar.com:8080/guestbook',
  options: OPTIONS,
  async start({ options }) {
    const wanted = readOptions(options)
    const generator = new Generator({ ...wanted, schedule: new Schedule(wanted) })
    const stop = (): void => generator.stop()
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
    if (hasChannel()) await reportToChannel(generator, stop)
    else await reportToPerson(generator, wanted, options)
    return null
  },
})

async function reportToChannel(generator: Generator, stop: () => void): Promise<void> {
  takeCommands(stop)
  sendReport({ type: 'started', atMs: Date.now() })
  const running = generator.run()
  const tell = (atMs: number): void =>
    sendReport({ type: 'batch', batch: generator.outcomes.take(atMs, generator.due, generator.sent) })
  const timer = setInterval(() => tell(generator.coveredMs), REPORT_MS)
  const lengthMs = await running
  clearInterval(timer)
  tell(lengthMs)
  sendReport({ type: 'finished', lengthMs })
  closeChannel()
}

async function reportToPerson(generator: Generator, wanted: TrafficOptions, options: ProgramOptions): Promise<void> {
  const isJson = options.flag('json')
  const record = new TrafficRecord(new Schedule(wanted), wanted.slowMs)
  const print = (value: object, text: string): void =>
    void process.stdout.write(`${isJson ? JSON.stringify(value) : text}\n`)
  const take = (atMs: number): void => record.take(generator.outcomes.take(atMs, generator.due, generator.sent))
  const running = generator.run()
  let told = 0
  const tellSeconds = (end: number): void => {
    for (; told < end; told += 1) for (const second of secondsOf(record, [told])) print(second, secondText(second))
  }
  const timer = setInterval(() => {
    take(generator.coveredMs)
    tellSeconds(Math.floor(record.nowMs / 1000))
  }, REPORT_MS)
  const lengthMs = await running
  clearInterval(timer)
  take(lengthMs)
  record.finish(lengthMs)
  tellSeconds(Math.ceil(lengthMs / 1000))
  const result = record.result()
  print({ result }, resultText(result))
}
