export { startNodeAgents } from './start.ts'
export { createSimulatedRuntime } from './runtimes/simulated/runtime.ts'
export { UsageCollector } from './usage-collector.ts'
