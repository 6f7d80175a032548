import { useTranslation } from 'react-i18next'
import { Disclosure } from '../../ui/disclosure.tsx'
import { seenText } from '../../ui/unseen.ts'
import { RefLink } from '../generic/ref-link.tsx'
import type { Container, EnvVar } from './types.ts'

/** What the process is given: the variables of its container by name with their value or whence it comes, and whole objects that are read into it. */
export function Environment({ of, namespace }: { of: Container; namespace: string }) {
  const { t } = useTranslation()
  const { env = [], envFrom = [] } = of
  if (env.length === 0 && envFrom.length === 0) return null
  return (
    <>
      {envFrom.map(({ prefix, configMapRef, secretRef }, index) => (
        <div key={index}>
          <span className="dim">{`${t('facts.allOf')} ${configMapRef ? 'ConfigMap' : 'Secret'} `}</span>
          <RefLink resource={configMapRef ? 'configmaps' : 'secrets'} namespace={namespace} name={(configMapRef ?? secretRef)?.name ?? ''}>
            {prefix && <span className="mono">{` ${prefix}*`}</span>}
          </RefLink>
        </div>
      ))}
      {env.length > 0 && (
        <Disclosure summary={t('facts.variables', { count: env.length })} className="variables">
          <ul className="mono">
            {env.map((variable, index) => (
              <li key={index}>
                {`${variable.name}=`}
                <Value of={variable} namespace={namespace} at={index} />
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </>
  )
}

function Value({ of: { value, valueFrom }, namespace, at }: { of: EnvVar; namespace: string; at: number }) {
  if (!valueFrom) return <>{seenText(value ?? '')}</>
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom
  const ref = configMapKeyRef ?? secretKeyRef
  if (!ref) return <span className="dim">{fieldRef?.fieldPath ?? resourceFieldRef?.resource}</span>
  return (
    <>
      <span className="dim">{configMapKeyRef ? 'ConfigMap ' : 'Secret '}</span>
      <RefLink resource={configMapKeyRef ? 'configmaps' : 'secrets'} namespace={namespace} name={ref.name ?? ''} at={at}>
        <span className="dim">{` [${ref.key}]`}</span>
      </RefLink>
    </>
  )
}
