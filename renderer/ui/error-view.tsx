import { use } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, explain, toApiError } from '../kube/api-error.ts'
import { CopyButton } from './copy-button.tsx'
import { ErrorActionsContext } from './error-actions.ts'
import './error-view.css'
import { ToneMark } from './icon.tsx'

/** An error in four parts: what the server said, what that means, what to do next, and all of it to copy. */
export function ErrorView({
  error,
  onRetry,
  heals = false,
}: {
  error: unknown
  onRetry?: () => void
  /** What failed is tried again by itself. */
  heals?: boolean
}) {
  const { t } = useTranslation()
  const known = toApiError(error)
  const reason = explain(known)
  const actions = use(ErrorActionsContext)
  return (
    <div className="error-view" role="alert">
      <p className="error-said">
        <ToneMark tone="bad" />
        <strong>{known.message}</strong>
      </p>
      {known.causes.length > 1 && (
        <ul>
          {known.causes.map((cause, index) => (
            <li key={index} className="mono">
              {cause.field ? `${cause.field}: ` : ''}
              {cause.message}
            </li>
          ))}
        </ul>
      )}
      <p>{t(`errors.${reason}.meaning`)}</p>
      <p className="dim">
        {t(`errors.${reason}.next`)}
        {heals && healing.has(reason) && ` ${t('errors.byItself')}`}
      </p>
      <div className="error-actions">
        {actions[reason]}
        {onRetry && (
          <button type="button" className="icon-button" onClick={onRetry}>
            {t('errors.retry')}
          </button>
        )}
        <CopyButton text={() => errorReport(known)} label={t('errors.copy')} />
      </div>
    </div>
  )
}

/** Reasons that may be over by the next try. */
const healing: ReadonlySet<string> = new Set(['ServiceUnavailable', 'Connect', 'NotKubernetes', 'NoAnswer'])

export function errorReport(error: ApiError): string {
  return [error.request, `${error.code} ${error.reason}`, error.message, error.body].filter(Boolean).join('\n')
}
