# SPDX-License-Identifier: BSD-3-Clause
"""baresip, a SIP telephone that needs no sound hardware: it plays a tone to the other end, and
records what it sends and what it decodes."""

from ..tones import part_heard, write_tone

# The placeholders are those of a class's templates: a phone fetches its settings filled in.
_CONFIG = """poll_method epoll
sip_listen {private_address}:{sip_port}
sip_trans_def udp
rtp_ports {rtp_first}-{rtp_last}
rtcp_mux no
net_interface eth0
net_prefer_ipv6 no
audio_source aufile,tone.wav
audio_player aubridge,nowhere
audio_alert aubridge,nowhere
ausrc_srate 8000
auplay_srate 8000
jitter_buffer_delay 5-10
snd_path .
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module stun.so
module uuid.so
module_tmp account.so
module_app menu.so
"""
# A STUN server tells it the outside of each of its sockets, which it then names in its SDP.
_CALLER = ("<sip:{mac}@{ADDRESS}:{sip_port}>;regint=0;audio_codecs=PCMU/8000/1;"
           "medianat=stun;stunserver=stun:STUN_SERVER\n")
_ANSWERER = ("<sip:{user}@{private_address}:{sip_port}>;regint=0;audio_codecs=PCMU/8000/1;"
             "answermode=auto\n")

_OCTETS_A_SECOND = 2 * 8000  # of a recording
RTP_OCTETS = 12 + 160  # 20 ms of PCMU


def templates(stun_server, address="public_address"):
    """The settings of a class of phones that call, each phone's below its MAC; `address`: which of
    its addresses SIP calls it by."""
    accounts = _CALLER.replace("STUN_SERVER", stun_server).replace("ADDRESS", address)
    return [{"name": "{mac}/config", "text": _CONFIG}, {"name": "{mac}/accounts", "text": accounts}]


def caller(fetch, mac):
    """A phone's settings, by `fetch` of a file's name."""
    return {name: fetch(f"{mac.replace(':', '')}/{name}").decode()
            for name in ("config", "accounts")}


def answerer(**values):
    """The settings of an end that answers by itself."""
    return {"config": _CONFIG.format(**values), "accounts": _ANSWERER.format(**values)}


def endless(settings):
    """For calls that may last: the tone has no end, and nothing writes down what is heard."""
    changes = {"audio_source aufile,tone.wav": "audio_source ausine,440",
               "ausrc_srate 8000": "ausrc_srate 48000\nausrc_channels 2",  # all it knows
               "module sndfile.so": "module ausine.so\nstatmode_default off"}
    for was, becomes in changes.items():
        settings = {file: text.replace(was, becomes) for file, text in settings.items()}
    return settings


class Baresip:
    """One end of one call; its settings and recordings are in a folder of its own."""

    def __init__(self, host, name, settings, tone_hz):
        self._host = host
        self._folder = host.directory / name
        self._folder.mkdir()
        for file, text in settings.items():
            (self._folder / file).write_text(text)
        write_tone(self._folder / "tone.wav", tone_hz)
        self.process = None

    def listen(self):
        """Starts it, to answer."""
        self._start()
        self.process.wait_for_output("baresip is ready")

    def dial(self, uri):
        """Starts it with a call."""
        self._start("-e", f"/dial {uri}")

    def stop(self):
        """It hangs up, and its recordings are whole."""
        self.process.stop()

    def seconds_sent(self):
        """For how long it has been talking."""
        assert self.process.running(), f"baresip ended:\n{self.process.output()}"
        return sum(file.stat().st_size for file in self._recorded("enc")) / _OCTETS_A_SECOND

    def part_heard(self, hertz):
        """How much of the tone is in what it decoded, from 0 to 1."""
        return max((part_heard(file, hertz) for file in self._recorded("dec")), default=0)

    def _recorded(self, kind):
        return self._folder.glob(f"dump-*-{kind}.wav")

    def _start(self, *arguments):
        self.process = self._host.start("baresip", "-f", ".", *arguments, cwd=self._folder,
                                        env={"HOME": self._folder}, log=self._folder.name)
