import { MiddleName } from './middle-name.tsx'

/** A namespace and a name: where there is no room for both, the namespace gives way first, and then the name in its middle. */
export function QualifiedName({ namespace, name }: { namespace: string; name: string }) {
  if (!namespace) return <MiddleName text={name} />
  return (
    <span className="qualified" title={`${namespace}/${name}`}>
      <span className="qualified-namespace">{namespace}</span>
      <span className="qualified-slash">/</span>
      <MiddleName text={name} />
    </span>
  )
}
