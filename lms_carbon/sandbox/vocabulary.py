"""The names that the LTI specifications give to claims, messages, scopes and media types."""

from typing import Final

CLAIM: Final = "https://purl.imsglobal.org/spec/lti/claim/"
DEPLOYMENT_ID: Final = CLAIM + "deployment_id"
MESSAGE_TYPE: Final = CLAIM + "message_type"
VERSION: Final = CLAIM + "version"
DEEP_LINKING: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/"
DEEP_LINKING_SETTINGS: Final = DEEP_LINKING + "deep_linking_settings"
AGS_ENDPOINT: Final = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_SERVICE: Final = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
TOOL_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-platform-configuration"

RESOURCE_LINK_REQUEST: Final = "LtiResourceLinkRequest"
DEEP_LINKING_REQUEST: Final = "LtiDeepLinkingRequest"
DEEP_LINKING_RESPONSE: Final = "LtiDeepLinkingResponse"
SUBMISSION_REVIEW_REQUEST: Final = "LtiSubmissionReviewRequest"
LTI_VERSION: Final = "1.3.0"

AGS_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCOPE_LINEITEM: Final = AGS_SCOPE + "lineitem"
SCOPE_LINEITEM_READ: Final = AGS_SCOPE + "lineitem.readonly"
SCOPE_RESULT: Final = AGS_SCOPE + "result.readonly"
SCOPE_SCORE: Final = AGS_SCOPE + "score"
SCOPE_ROSTER: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
AGS_SCOPES: Final = (SCOPE_LINEITEM, SCOPE_LINEITEM_READ, SCOPE_RESULT, SCOPE_SCORE)
SCOPES: Final = (*AGS_SCOPES, SCOPE_ROSTER)

TYPE_LINEITEM: Final = "application/vnd.ims.lis.v2.lineitem+json"
TYPE_LINEITEMS: Final = "application/vnd.ims.lis.v2.lineitemcontainer+json"
TYPE_SCORE: Final = "application/vnd.ims.lis.v1.score+json"
TYPE_RESULTS: Final = "application/vnd.ims.lis.v2.resultcontainer+json"
#: What Canvas reads of a score beyond AGS.
CANVAS_SUBMISSION: Final = "https://canvas.instructure.com/lti/submission"
TYPE_ROSTER: Final = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"

MEMBERSHIP: Final = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
INSTRUCTOR: Final = MEMBERSHIP + "Instructor"
LEARNER: Final = MEMBERSHIP + "Learner"
COURSE_SECTION: Final = "http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"

ACTIVITY_PROGRESS: Final = ("Initialized", "Started", "InProgress", "Submitted", "Completed")
GRADING_PROGRESS: Final = ("FullyGraded", "Pending", "PendingManual", "Failed", "NotReady")
STORAGE_FRAME: Final = "post_message_forwarding"
"""The frame that keeps things for tools, called as Canvas calls it."""
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
