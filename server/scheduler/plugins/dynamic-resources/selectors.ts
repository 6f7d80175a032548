import { deviceSelector, DeviceSelectorError } from '../../../cel/devices.ts'
import { AllocationError } from './errors.ts'
import type { PoolDevice } from './pools.ts'

type Select = ReturnType<typeof deviceSelector>

/** A handful of classes and selectors comes again with every pod. */
const MAX_EXPRESSIONS = 100

/** Compiled expressions, and for one pod what each said of each device. */
export class SelectorCache {
  readonly #compiled: Map<string, Select | DeviceSelectorError>
  readonly #answers = new Map<string, Map<PoolDevice, boolean>>()

  constructor(compiled = new Map<string, Select | DeviceSelectorError>()) {
    this.#compiled = compiled
  }

  /** For another pod, whose devices may have changed. */
  next(): SelectorCache {
    return new SelectorCache(this.#compiled)
  }

  /** @param of whose expression it is, for the error @throws AllocationError */
  matches(expression: string, device: PoolDevice, of: string): boolean {
    let answers = this.#answers.get(expression)
    if (answers === undefined) this.#answers.set(expression, (answers = new Map()))
    let answer = answers.get(device)
    if (answer !== undefined) return answer
    const select = this.#selectorOf(expression)
    if (select instanceof DeviceSelectorError) throw new AllocationError(`${of}: CEL compile error: ${select.message}`)
    const { attributes, capacity, allowMultipleAllocations } = device.device
    try {
      answer = select({
        driver: device.driver,
        ...(attributes === undefined ? {} : { attributes }),
        ...(capacity === undefined ? {} : { capacity }),
        ...(allowMultipleAllocations === undefined ? {} : { allowMultipleAllocations }),
      })
    } catch (e) {
      if (!(e instanceof DeviceSelectorError)) throw e
      throw new AllocationError(`${of} on device ${device.id}: CEL runtime error: ${e.message}`, { cause: e })
    }
    answers.set(device, answer)
    return answer
  }

  #selectorOf(expression: string): Select | DeviceSelectorError {
    let made = this.#compiled.get(expression)
    if (made !== undefined) return made
    try {
      made = deviceSelector(expression)
    } catch (e) {
      if (!(e instanceof DeviceSelectorError)) throw e
      made = e
    }
    if (this.#compiled.size >= MAX_EXPRESSIONS) this.#compiled.clear()
    this.#compiled.set(expression, made)
    return made
  }
}
