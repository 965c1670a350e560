"""Read the protobuf bodies that `kubectl create …` sends for built-in kinds, as the objects they stand for."""

import base64
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from lateen.apiserver.status import Refusal, bad_request
from lateen.base.clock import rfc3339

Raw = dict[str, Any]

MEDIA = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"

# Source: the field numbers that Kubernetes publishes in its API's .proto files. A field is `name:number:type`;
# type "" is text, int, bool, bytes, quantity, intstr, time, texts, json, or another message; `[]` behind it: a list;
# `{}`: a map from text; `!`: told even when empty (for Kubernetes a pointer). What is not named here is refused, never
# lost.
_MESSAGES: Mapping[str, str] = {
    "Time": "seconds:1:int nanos:2:int",
    "ObjectMeta": "name:1 generateName:2 namespace:3 selfLink:4 uid:5 resourceVersion:6 generation:7:int"
    " creationTimestamp:8:time deletionTimestamp:9:time deletionGracePeriodSeconds:10:int! labels:11:{}"
    " annotations:12:{} ownerReferences:13:OwnerReference[] finalizers:14:[] managedFields:17:ManagedFields[]",
    "ManagedFields": "manager:1 operation:2 apiVersion:3 time:4:time fieldsType:6 fieldsV1:7:json subresource:8",
    "OwnerReference": "kind:1 name:3 uid:4 apiVersion:5 controller:6:bool blockOwnerDeletion:7:bool",
    "Namespace": "metadata:1:ObjectMeta spec:2:NamespaceSpec status:3:NamespaceStatus",
    "NamespaceSpec": "finalizers:1:[]",
    "NamespaceStatus": "phase:1",
    "ConfigMap": "metadata:1:ObjectMeta data:2:{} binaryData:3:bytes{} immutable:4:bool!",
    "Secret": "metadata:1:ObjectMeta data:2:bytes{} type:3 stringData:4:{} immutable:5:bool!",
    "ServiceAccount": "metadata:1:ObjectMeta secrets:2:ObjectReference[] imagePullSecrets:3:LocalReference[]"
    " automountServiceAccountToken:4:bool!",
    "ObjectReference": "kind:1 namespace:2 name:3 uid:4 apiVersion:5 resourceVersion:6 fieldPath:7",
    "LocalReference": "name:1",
    "Service": "metadata:1:ObjectMeta spec:2:ServiceSpec status:3:ServiceStatus",
    "ServiceStatus": "loadBalancer:1:LoadBalancerStatus",
    "LoadBalancerStatus": "",
    "ServiceSpec": "ports:1:ServicePort[] selector:2:{} clusterIP:3 type:4 externalIPs:5:[] sessionAffinity:7"
    " loadBalancerIP:8 loadBalancerSourceRanges:9:[] externalName:10 externalTrafficPolicy:11"
    " healthCheckNodePort:12:int publishNotReadyAddresses:13:bool ipFamilyPolicy:17 clusterIPs:18:[]"
    " ipFamilies:19:[] allocateLoadBalancerNodePorts:20:bool! loadBalancerClass:21 internalTrafficPolicy:22",
    "ServicePort": "name:1 protocol:2 port:3:int targetPort:4:intstr nodePort:5:int appProtocol:6",
    "Deployment": "metadata:1:ObjectMeta spec:2:DeploymentSpec status:3:DeploymentStatus",
    "DeploymentStatus": "observedGeneration:1:int replicas:2:int updatedReplicas:3:int availableReplicas:4:int"
    " unavailableReplicas:5:int readyReplicas:7:int",
    "DeploymentSpec": "replicas:1:int! selector:2:LabelSelector template:3:PodTemplate strategy:4:Strategy"
    " minReadySeconds:5:int revisionHistoryLimit:6:int! paused:7:bool progressDeadlineSeconds:9:int!",
    "LabelSelector": "matchLabels:1:{} matchExpressions:2:Expression[]",
    "Expression": "key:1 operator:2 values:3:[]",
    "Strategy": "type:1 rollingUpdate:2:RollingUpdate",
    "RollingUpdate": "maxUnavailable:1:intstr maxSurge:2:intstr",
    "PodTemplate": "metadata:1:ObjectMeta spec:2:PodSpec",
    "PodSpec": "containers:2:Container[] restartPolicy:3 terminationGracePeriodSeconds:4:int! dnsPolicy:6"
    " nodeSelector:7:{} serviceAccountName:8 serviceAccount:9 nodeName:10 hostNetwork:11:bool hostPID:12:bool"
    " hostIPC:13:bool hostname:16 subdomain:17 schedulerName:19 priorityClassName:24",
    "Container": "name:1 image:2 command:3:[] args:4:[] workingDir:5 ports:6:ContainerPort[] env:7:EnvVar[]"
    " resources:8:Resources terminationMessagePath:13 imagePullPolicy:14 stdin:16:bool stdinOnce:17:bool"
    " tty:18:bool terminationMessagePolicy:20",
    "ContainerPort": "name:1 hostPort:2:int containerPort:3:int protocol:4 hostIP:5",
    "EnvVar": "name:1 value:2",
    "Resources": "limits:1:quantity{} requests:2:quantity{}",
    "TokenRequest": "metadata:1:ObjectMeta spec:2:TokenSpec status:3:TokenStatus",
    "TokenSpec": "audiences:1:[] boundObjectRef:3:BoundReference expirationSeconds:4:int",
    "BoundReference": "kind:1 apiVersion:2 name:3 uid:4",
    "TokenStatus": "token:1 expirationTimestamp:2:time",
    "SelfSubjectReview": "metadata:1:ObjectMeta status:2:ReviewStatus",
    "ReviewStatus": "userInfo:1:UserInfo",
    "UserInfo": "username:1 uid:2 groups:3:[]",
    "SelfSubjectAccessReview": "metadata:1:ObjectMeta spec:2:AccessSpec status:3:AccessStatus",
    "SelfSubjectRulesReview": "metadata:1:ObjectMeta spec:2:RulesSpec status:3:RulesStatus",
    "RulesSpec": "namespace:1",
    "RulesStatus": "incomplete:3:bool",
    "Role": "metadata:1:ObjectMeta rules:2:PolicyRule[]",
    "ClusterRole": "metadata:1:ObjectMeta rules:2:PolicyRule[] aggregationRule:3:AggregationRule",
    "PolicyRule": "verbs:1:[] apiGroups:2:[] resources:3:[] resourceNames:4:[] nonResourceURLs:5:[]",
    "AggregationRule": "clusterRoleSelectors:1:LabelSelector[]",
    "RoleBinding": "metadata:1:ObjectMeta subjects:2:Subject[] roleRef:3:RoleRef",
    "ClusterRoleBinding": "metadata:1:ObjectMeta subjects:2:Subject[] roleRef:3:RoleRef",
    "Subject": "kind:1 apiGroup:2 name:3 namespace:4",
    "RoleRef": "apiGroup:1 kind:2 name:3",
    "CertificateSigningRequest": "metadata:1:ObjectMeta spec:2:SigningSpec status:3:SigningStatus",
    "SigningSpec": "request:1:bytes username:2 uid:3 groups:4:[] usages:5:[] extra:6:texts{} signerName:7"
    " expirationSeconds:8:int!",
    "SigningStatus": "conditions:1:SigningCondition[] certificate:2:bytes",
    "SigningCondition": "type:1 reason:2 message:3 lastUpdateTime:4:time lastTransitionTime:5:time status:6",
    "AccessSpec": "resourceAttributes:1:ResourceAttributes nonResourceAttributes:2:NonResourceAttributes",
    "ResourceAttributes": "namespace:1 verb:2 group:3 version:4 resource:5 subresource:6 name:7",
    "NonResourceAttributes": "path:1 verb:2",
    "AccessStatus": "allowed:1:bool reason:2 evaluationError:3 denied:4:bool",
    "DeleteOptions": "gracePeriodSeconds:1:int! preconditions:2:Preconditions orphanDependents:3:bool!"
    " propagationPolicy:4 dryRun:5:[]",
    "Preconditions": "uid:1 resourceVersion:2",
}


class _Field(NamedTuple):
    name: str
    type: str
    many: str  # "", "[]" or "{}"
    kept: bool


def decode_body(data: bytes) -> Raw:
    """Return the object of a body; Refusal 400 when it is broken, 415 for kinds and fields that are not known."""
    if not data.startswith(_MAGIC):
        raise bad_request("the body does not begin as a Kubernetes protobuf message does")
    try:
        envelope = dict(_fields(data[len(_MAGIC) :]))
        names = {number: value.decode() for number, value in _fields(envelope.get(1, b""))}
        kind = names.get(2, "")
        if kind not in _MESSAGES or ("metadata" not in _MESSAGES[kind] and kind != "DeleteOptions"):
            raise Refusal(415, f"{kind} in protobuf is not understood here: send JSON")
        return {"apiVersion": names.get(1, ""), "kind": kind} | _message(kind, envelope.get(2, b""))
    except (msgspec.DecodeError, IndexError, ValueError, AttributeError, TypeError, RecursionError):
        raise bad_request("the protobuf body is broken") from None


def _table(message: str) -> dict[int, _Field]:
    fields = {}
    for entry in _MESSAGES[message].split():
        name, number, kind = (*entry.split(":"), "")[:3]
        kept, kind = kind.endswith("!"), kind.rstrip("!")
        many = kind[-2:] if kind.endswith(("[]", "{}")) else ""
        fields[int(number)] = _Field(name, kind.removesuffix(many), many, kept)
    return fields


def _message(message: str, data: bytes) -> Raw:
    table, found = _table(message), dict[str, Any]()
    for number, value in _fields(data):
        field = table.get(number)
        if field is None and not value:
            continue
        if field is None:
            raise Refusal(415, f"field {number} of {message} in protobuf is not understood here: send JSON")
        if field.many == "{}":
            entry = dict(_fields(value))
            found.setdefault(field.name, {})[entry.get(1, b"").decode()] = _value(field.type, entry.get(2, b""))
        elif field.many == "[]":
            found.setdefault(field.name, []).append(_value(field.type, value))
        else:
            plain = _value(field.type, value)
            if plain or field.kept:  # Kubernetes encodes empty fields too, where JSON leaves them out
                found[field.name] = plain
    return found


def _value(kind: str, value: Any) -> Any:
    match kind:
        case "":
            return value.decode()
        case "int":
            return value - (1 << 64) if value >> 63 else value
        case "bool":
            return bool(value)
        case "bytes":
            return base64.b64encode(value).decode()
        case "quantity":
            return dict(_fields(value)).get(1, b"").decode()
        case "intstr":
            parts = dict(_fields(value))
            return parts.get(3, b"").decode() if parts.get(1) else _value("int", parts.get(2, 0))
        case "time":
            seconds = _value("int", dict(_fields(value)).get(1, 0))
            return rfc3339(seconds) if seconds > 0 else ""  # Kubernetes' "not set" is the year 1
        case "texts":
            return [text.decode() for _, text in _fields(value)]
        case "json":
            return msgspec.json.decode(dict(_fields(value)).get(1, b"{}"))
    return _message(kind, value)


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield (number, value) of a message: an int for varints, bytes for what has a length."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        if tag & 7 == 0:
            value, at = _varint(data, at)
            yield tag >> 3, value
        elif tag & 7 == 2:
            size, at = _varint(data, at)
            if at + size > len(data):
                raise ValueError("truncated")
            yield tag >> 3, data[at : at + size]
            at += size
        else:
            raise ValueError("a wire type that Kubernetes' messages do not use")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value & (2**64 - 1), at
    raise ValueError("a number that does not end")
