"""Ask the mesh's authority: ADDRESS, ROOTS (PEM) and a JSON list of [token, request, seconds]; prints what each is answered.

Run with the project's own Python, in whatever network the caller stands: [status, words or the leaf as PEM].
"""

import json
import sys

import grpc

from lateen.proto.istio_ca import METHOD, SERVICE, CertificateRequest, CertificateResponse

address, roots, asked = sys.argv[1], sys.argv[2].encode(), json.load(sys.stdin)
options = [("grpc.ssl_target_name_override", "istiod.istio-system.svc"), ("grpc.enable_http_proxy", 0)]
with grpc.secure_channel(address, grpc.ssl_channel_credentials(roots), options) as channel:
    call = channel.unary_unary(f"/{SERVICE}/{METHOD}")
    answers = []
    for token, request, seconds in asked:
        metadata = [("authorization", f"Bearer {token}")] if token else []
        try:
            data = call(CertificateRequest(request.encode(), seconds).encode(), metadata=metadata, timeout=10)
            answers.append(["OK", CertificateResponse.decode(data).chain[0].decode()])
        except grpc.RpcError as error:
            answers.append([error.code().name, error.details()])
print(json.dumps(answers))
