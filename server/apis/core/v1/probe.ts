import type { Int64 } from '../../../machinery/numbers.ts'
import { forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { httpHeaderNameErrors } from '../../../machinery/names.ts'
import { checkNotNegative, checkPort, checkRequired, invalidTexts } from './checks.ts'
import type { Handler, HttpGetAction, Lifecycle, Probe } from './types.ts'

/** Probes and lifecycle hooks (core/validation validateProbe, validateLifecycle). */
const counts = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const
const probeHandlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const
const hookHandlers = ['exec', 'httpGet', 'tcpSocket', 'sleep'] as const

type HandlerKind = keyof Handler

function validateHttpGet(errors: FieldError[], http: HttpGetAction, path: string): void {
  checkRequired(errors, http.path, `${path}.path`)
  checkPort(errors, http.port, `${path}.port`)
  if (http.scheme !== 'HTTP' && http.scheme !== 'HTTPS') errors.push(notSupported(`${path}.scheme`, http.scheme ?? '', ['HTTP', 'HTTPS']))
  for (const h of http.httpHeaders ?? []) invalidTexts(errors, `${path}.httpHeaders`, h.name ?? '', httpHeaderNameErrors(h.name ?? ''))
}

function validateHandler(
  errors: FieldError[],
  handler: Handler,
  kinds: readonly HandlerKind[],
  gracePeriod: Int64 | undefined,
  path: string,
): void {
  let found = false
  for (const kind of kinds) {
    const value = handler[kind]
    if (!value) continue
    if (found) {
      errors.push(forbiddenField(`${path}.${kind}`, 'may not specify more than 1 handler type'))
      continue
    }
    found = true
    if (kind === 'exec') {
      if (!handler.exec!.command?.length) errors.push(required(`${path}.exec.command`))
    } else if (kind === 'httpGet') validateHttpGet(errors, handler.httpGet!, `${path}.httpGet`)
    else if (kind === 'tcpSocket') checkPort(errors, handler.tcpSocket!.port, `${path}.tcpSocket.port`)
    else if (kind === 'grpc') checkPort(errors, handler.grpc!.port, `${path}.grpc.port`)
    else if (gracePeriod !== undefined) {
      const seconds = handler.sleep!.seconds ?? 0
      const text = `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`
      if (seconds < 0 || seconds > gracePeriod) errors.push(invalid(`${path}.sleep`, seconds, text))
    }
  }
  if (!found) errors.push(required(path, 'must specify a handler type'))
}

function validateProbe(errors: FieldError[], probe: Probe, path: string): void {
  validateHandler(errors, probe, probeHandlers, undefined, path)
  for (const field of counts) if ((probe[field] ?? 0) < 0) checkNotNegative(errors, probe[field], `${path}.${field}`)
  const grace = probe.terminationGracePeriodSeconds
  if (grace !== undefined && grace <= 0) errors.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'))
}

/** The three probes of a container, in upstream's order. */
export function validateProbes(
  errors: FieldError[],
  container: { livenessProbe?: Probe; readinessProbe?: Probe; startupProbe?: Probe },
  path: string,
): void {
  const { livenessProbe, readinessProbe, startupProbe } = container
  if (livenessProbe) validateOnceProbe(errors, livenessProbe, `${path}.livenessProbe`)
  if (readinessProbe) {
    validateProbe(errors, readinessProbe, `${path}.readinessProbe`)
    const grace = readinessProbe.terminationGracePeriodSeconds
    if (grace !== undefined) {
      errors.push(invalid(`${path}.readinessProbe.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'))
    }
  }
  if (startupProbe) validateOnceProbe(errors, startupProbe, `${path}.startupProbe`)
}

function validateOnceProbe(errors: FieldError[], probe: Probe, path: string): void {
  validateProbe(errors, probe, path)
  if (probe.successThreshold !== 1) errors.push(invalid(`${path}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'))
}

export function validateLifecycle(errors: FieldError[], lifecycle: Lifecycle, gracePeriod: Int64 | undefined, path: string): void {
  if (lifecycle.postStart) validateHandler(errors, lifecycle.postStart, hookHandlers, gracePeriod, `${path}.postStart`)
  if (lifecycle.preStop) validateHandler(errors, lifecycle.preStop, hookHandlers, gracePeriod, `${path}.preStop`)
}
