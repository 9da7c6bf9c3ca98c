/** How often a fault met a request, and how often it did nothing to one. */
export class Counted {
  failed = 0
  passed = 0
  wrong = 0
}
