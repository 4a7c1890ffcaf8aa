# SPDX-License-Identifier: Apache-2.0
"""Charts in the interchange formats of other tools: SCXML and BPMN 2.0."""

from huiban.kernel.process_bpmn_xml import to_bpmn
from huiban.kernel.process_scxml import scxml_data, scxml_event, scxml_id, to_scxml

__all__ = ["scxml_data", "scxml_event", "scxml_id", "to_bpmn", "to_scxml"]
