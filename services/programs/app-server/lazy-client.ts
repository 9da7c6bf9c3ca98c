import type { Client, InArgs, InStatement, ResultSet, Transaction, TransactionMode } from '@libsql/client/http'

type Replicated = Awaited<ReturnType<Client['sync']>>

/** A libSQL client that is loaded and made at the first call: a server should be ready before anyone needs it. */
export class LazyClient implements Client {
  readonly protocol = 'http'
  private readonly make: () => Promise<Client>
  private made: Promise<Client> | null = null
  private isClosed = false

  constructor(make: () => Promise<Client>) {
    this.make = make
  }

  get closed(): boolean {
    return this.isClosed
  }

  execute(statement: InStatement | string, args?: InArgs): Promise<ResultSet> {
    return this.call((client) =>
      typeof statement === 'string' ? client.execute(statement, args) : client.execute(statement),
    )
  }

  batch(...args: Parameters<Client['batch']>): Promise<ResultSet[]> {
    return this.call((client) => client.batch(...args))
  }

  migrate(statements: InStatement[]): Promise<ResultSet[]> {
    return this.call((client) => client.migrate(statements))
  }

  transaction(mode?: TransactionMode): Promise<Transaction> {
    return this.call((client) => client.transaction(mode))
  }

  executeMultiple(sql: string): Promise<void> {
    return this.call((client) => client.executeMultiple(sql))
  }

  sync(): Promise<Replicated> {
    return this.call((client) => client.sync())
  }

  close(): void {
    this.isClosed = true
    void this.made?.then((client) => client.close())
  }

  reconnect(): void {
    this.isClosed = false
    this.made = null
  }

  /** An error of the database comes back over the network, so its stack does not know who asked: that is added. */
  private async call<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    const asked = new Error('asked here')
    try {
      if (this.isClosed) throw new Error('this database client was closed')
      this.made ??= this.make()
      return await work(await this.made)
    } catch (error) {
      if (error instanceof Error) error.stack += `\n${asked.stack?.split('\n').slice(1).join('\n') ?? ''}`
      throw error
    }
  }
}
