import type { ServiceState } from '../../../../services/contract/index.ts'

const TEXTS: Readonly<Record<string, string>> = {
  zone: `$ORIGIN foobar.com.
$TTL 60
@    IN SOA  ns1 hostmaster ( 2025010101 3600 600 86400 60 )
@    IN NS   ns1
ns1  IN A    127.10.0.53
www  IN A    127.10.0.10
`,
  config: `global
    maxconn 4096
    stats socket ipv4@127.10.0.10:9910 level admin

defaults
    mode http
    timeout connect 2s
    option redispatch 1
    option forwardfor
    retries 3

frontend www
    bind 127.10.0.10:8080
    default_backend servers

backend servers
    balance roundrobin
    option httpchk GET /healthz
    default-server check inter 500ms fastinter 100ms rise 2 fall 2
    server web-1 127.10.0.21:8080 weight 1 source 127.10.0.10
    server web-2 127.10.0.22:8080 weight 1 source 127.10.0.10
`,
  release: `{
  "summary": {
    "en": "First version: a page, a guestbook.",
    "fr": "Première version : une page, un livre d’or."
  }
}
`,
}

/** The text of a fake service's file; a data file is no text, as in the real lab. */
export function fakeFileText(service: ServiceState, key: string): string | null {
  if (key === 'data') return null
  return TEXTS[key] ?? `${service.id} listens on ${service.address}:${service.port}\n`
}
