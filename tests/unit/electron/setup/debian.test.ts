import { describe, expect, it } from 'vitest'
import { installableNames } from '../../../../electron/setup/debian.ts'

const POLICY = `libgtk-3-0t64:
  Installed: (none)
  Candidate: (none)
  Version table:
libgtk-3-0:
  Installed: 3.24.38-2~deb12u3
  Candidate: 3.24.38-2~deb12u3
  Version table:
 *** 3.24.38-2~deb12u3 500
        100 /var/lib/dpkg/status
xvfb:
  Installed: (none)
  Candidate: 2:21.1.7-3
`

describe('installableNames', () => {
  it('tells names that apt has a version of from names that it only heard of', () => {
    expect([...installableNames(POLICY)]).toEqual(['libgtk-3-0', 'xvfb'])
  })

  it('knows nothing where apt has no lists', () => {
    expect(installableNames('').size).toBe(0)
  })
})
