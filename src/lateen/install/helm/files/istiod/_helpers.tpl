{{/* What counts, as JSON: the defaults, over them a profile, over it what the user says. What is below `pilot` may be said at the top, too. */}}
{{- define "lateen.values" -}}
{{- $values := deepCopy .Values.defaults -}}
{{- with .Values.profile -}}
{{- $profile := $.Files.Get (printf "profiles/%s.yaml" .) -}}
{{- if not $profile }}{{ fail (printf "there is no profile %q" .) }}{{ end -}}
{{- $values = mustMergeOverwrite $values (fromYaml $profile) -}}
{{- end -}}
{{- $said := omit .Values "defaults" "profile" "enabled" -}}
{{- $pilot := dict -}}
{{- range $name, $value := $said -}}
{{- if hasKey $values.pilot $name }}{{ $_ := set $pilot $name $value }}{{ end -}}
{{- end -}}
{{- range $name, $_ := $pilot }}{{ $said = omit $said $name }}{{ end -}}
{{- $values = mustMergeOverwrite $values (dict "pilot" $pilot) $said -}}
{{- $_ := set $values.global "tag" ($values.global.tag | default $.Chart.AppVersion) -}}
{{- toJson $values -}}
{{- end -}}

{{/* The control plane's image, of what "lateen.values" says. */}}
{{- define "lateen.image" -}}
{{- $pilot := .pilot -}}
{{- if contains "/" $pilot.image }}{{ $pilot.image }}{{ else -}}
{{ $pilot.hub | default .global.hub }}/{{ $pilot.image }}:{{ $pilot.tag | default .global.tag }}
{{- end -}}
{{- end -}}

{{/* The mesh's settings: values, and the control plane's address. */}}
{{- define "lateen.mesh" -}}
{{- $mesh := dict "rootNamespace" .namespace -}}
{{- range $name, $value := .values.meshConfig -}}
{{- if not (and (kindIs "string" $value) (eq (toString $value) "")) }}{{ $_ := set $mesh $name $value }}{{ end -}}
{{- end -}}
{{- $address := dict "discoveryAddress" .address -}}
{{- $_ := set $mesh "defaultConfig" (mustMergeOverwrite $address ($mesh.defaultConfig | default dict)) -}}
{{- toYaml $mesh -}}
{{- end -}}

{{/* What injection reads. */}}
{{- define "lateen.injection" -}}
{{- $pilot := pick .pilot "cni" -}}
{{- toPrettyJson (merge (pick . "global" "sidecarInjectorWebhook" "revision") (dict "pilot" $pilot)) -}}
{{- end -}}

{{/* The failure policy that the control plane has given the validator of this name: an upgrade does not take it back. */}}
{{- define "lateen.policy" -}}
{{- $live := lookup "admissionregistration.k8s.io/v1" "ValidatingWebhookConfiguration" "" . | default dict -}}
{{- $hook := first (($live.webhooks) | default (list dict)) -}}
{{- $hook.failurePolicy | default "Ignore" -}}
{{- end -}}
