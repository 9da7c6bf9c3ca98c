/** `failures` of every `of` requests fail, as evenly as whole numbers allow: 1 of 3 is every third. */
export class FailingShare {
  failed = 0
  passed = 0
  private readonly failures: number
  private readonly of: number

  constructor({ failures, of }: { readonly failures: number; readonly of: number }) {
    this.of = of
    this.failures = Math.min(failures, of)
  }

  /** Whether the next request fails. */
  fails(): boolean {
    const count = this.failed + this.passed
    const due = Math.floor(((count + 1) * this.failures) / this.of) > Math.floor((count * this.failures) / this.of)
    if (due) this.failed += 1
    else this.passed += 1
    return due
  }
}
