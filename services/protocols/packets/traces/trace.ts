/** A trace as clients see it; the contract has its shape. */
export type { HopFailure, HopTiming, Trace, TraceHop, TraceRequest, TraceStep } from '../../../contract/network.ts'
