"""The published shapes of what a hospital sends, strictly: unknown members and other types are refused."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

UUID4 = r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
UUID4_TEXT = re.compile(UUID4)
TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
_UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_ADDRESS = r"^[a-zA-Z0-9][a-zA-Z0-9_.\-!]+[a-zA-Z0-9]@(abdm|sbx)$"
_CONTEXT = r"^[a-zA-Z0-9 ]([a-zA-Z0-9.\-_ ]*[a-zA-Z0-9 ])?$"
_CODE = r"^(ABDM-\d{4}|\d{3,6})$"
_Text = Annotated[str, Field(min_length=1, max_length=250)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


class Session(_Shape):
    client_id: _Text
    client_secret: _Text
    grant_type: Literal["client_credentials"]


class BridgeUrl(_Shape):
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]


class Response(_Shape):
    request_id: Annotated[str, Field(pattern=_UUID)]


class Error(_Shape):
    code: Annotated[str, Field(pattern=_CODE)]
    message: _Text


class Profile(_Shape):
    context: Annotated[str, Field(pattern=_CONTEXT, max_length=250)]
    token_number: Annotated[str, Field(pattern=r"^[ -~]{1,20}$")]
    expiry: Annotated[str, Field(pattern=r"^\d+$")]


class Acknowledgement(_Shape):
    status: Literal["SUCCESS"]
    abha_address: Annotated[str, Field(pattern=_ADDRESS)]
    profile: Profile


class OnShare(_Shape):
    """Either an acknowledgement or an error."""

    acknowledgement: Acknowledgement | None = None
    error: Error | None = None
    response: Response

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "OnShare":
        if (self.acknowledgement is None) == (self.error is None):
            raise ValueError("neither or both of acknowledgement and error")
        return self


class ErrorV1(_Shape):
    code: int
    message: _Text


class AcknowledgementV1(_Shape):
    status: Literal["SUCCESS", "FAILURE"]
    health_id: Annotated[str, Field(pattern=_ADDRESS)]
    token_number: Annotated[str, Field(pattern=r"^[ -~]{1,20}$")] | None = None


class OnShareV1(_Shape):
    request_id: Annotated[str, Field(pattern=UUID4)]
    timestamp: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$")]
    acknowledgement: AcknowledgementV1
    error: ErrorV1 | None = None
    resp: Response

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "OnShareV1":
        succeeded = self.acknowledgement.status == "SUCCESS"
        if succeeded != (self.error is None) or succeeded != (self.acknowledgement.token_number is not None):
            raise ValueError("status, token and error do not agree")
        return self
