import type { DeploymentState, LabEvent, TrafficMarker } from '../../contract/index.ts'

/** Turns what happens in the lab into the markers of a run. Keeps in mind which steps it has marked. */
export class MarkerReader {
  private readonly told = new Set<string>()

  /** The markers of an event; none for most. */
  read(event: LabEvent): readonly TrafficMarker[] {
    const { atMs } = event
    switch (event.type) {
      case 'serviceChanged': {
        const { state } = event.patch
        return state === undefined ? [] : [marker(atMs, 'service', event.service, state)]
      }
      case 'backendsChanged':
        return event.changed.map(({ server, to }) => marker(atMs, 'backend', server, to))
      case 'hostReleaseSwitched':
        return [marker(atMs, 'release', event.host, event.to)]
      case 'deploymentProgressed':
        return this.readDeployment(event.deployment)
          .filter(({ key }) => this.isNew(key))
          .map(({ mark }) => mark)
      default:
        return []
    }
  }

  /** A deployment's event holds all of its steps each time. */
  private readDeployment(
    deployment: DeploymentState,
  ): readonly { readonly key: string; readonly mark: TrafficMarker }[] {
    const { id, release, startedAtMs, endedAtMs, ok } = deployment
    const marks = [{ key: `${id} begun`, mark: marker(startedAtMs, 'deployment', release, 'begun') }]
    deployment.steps.forEach((step, at) => {
      const { name, host, startMs, endMs } = step
      marks.push({ key: `${id} ${at} begun`, mark: marker(startMs, 'step', host, name) })
      if (endMs !== null) marks.push({ key: `${id} ${at} ended`, mark: marker(endMs, 'step', host, name, step.ok) })
    })
    if (endedAtMs !== null)
      marks.push({ key: `${id} ended`, mark: marker(endedAtMs, 'deployment', release, 'ended', ok) })
    return marks
  }

  private isNew(key: string): boolean {
    if (this.told.has(key)) return false
    this.told.add(key)
    return true
  }
}

function marker(
  atMs: number,
  kind: TrafficMarker['kind'],
  subject: string,
  what: string,
  ok: boolean | null = null,
): TrafficMarker {
  return { atMs, kind, subject, what, ok }
}
