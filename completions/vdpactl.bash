# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Completion of vdpactl for bash. The grammar is the command's own: its help
# says which objects, commands, keywords and values there are.
#
# In a usage line a word in capitals stands for a value; behind a keyword or an
# option it is that word's value, elsewhere it stands alone. A comma behind it says
# that there may be several.
#
# Names are other people's: nothing here may have the shell read one again, as
# "compgen -W" does. What is offered is collected in the array candidates.

# The paths that begin with $1, without $2 in front
_vdpactl_paths() {
	local path

	for path in "$1"*; do
		[[ ! -e $path && ! -L $path ]] || candidates+=("${path#"$2"}")
	done
}

# The numbers that "$1 show" has of the device that the line names
_vdpactl_indices() {
	local line index

	[[ ! $device ]] || while read -r line; do
		read -r index _ <<<"${line#"$device "}"
		[[ ! $index || $index == *[^0-9]* ]] || candidates+=("$index")
	done < <("$vdpactl" "$1" show -- "$device" 2>/dev/null)
}

# The features that the management device of the line, or any, offers
_vdpactl_features() {
	local -a of=()

	[[ ! $mgmtdev ]] || of=(-- "$mgmtdev")
	"$vdpactl" mgmtdev show "${of[@]}" 2>/dev/null | sed -n 's/^  //p' | tr ' ' '\n' |
		grep '^[A-Z]' | sort -u
}

# What may stand where a usage line says $1
_vdpactl_values() {
	local name head=''
	local -a names=()

	case ${1%,} in
	DEV) _vdpactl_paths /sys/bus/vdpa/devices/ /sys/bus/vdpa/devices/ ;;
	MGMTDEV) mapfile -t names < <("$vdpactl" mgmtdev show 2>/dev/null | grep -x '[^ ]*') ;;
	VFIO-DEVICE) _vdpactl_paths /sys/class/vfio-dev/ /sys/class/vfio-dev/ ;;
	FILE | PATH) _vdpactl_paths "$cur" '' ;;
	G) _vdpactl_indices group ;;
	A) _vdpactl_indices asid ;;
	I | INDEX) _vdpactl_indices vq ;;
	'MASK|NAME') mapfile -t names < <(_vdpactl_features) ;;
	[a-z]*'|'*) IFS='|' read -ra names <<<"${1%,}" ;;
	esac
	[[ $1 != *, || $cur != *,* ]] || head=${cur%,*},
	for name in "${names[@]}"; do
		[[ ,$head == *",$name,"* ]] || candidates+=("$head$name")
	done
}

# The usage of an object, a line for each command; what the command is called
# comes first, unless the object is its own command
_vdpactl_usage() {
	"$vdpactl" help "$1" 2>/dev/null |
		sed -n 's/.*vdpactl \[OPTIONS\] [^ ]*//; T; s/\[,[^]]*\]/,/g; s/\.\.\.//g; s/^ *//p'
}

# Of the usage on standard input, what may follow the command $1, which may be shortened
_vdpactl_arguments() {
	local command rest found=''

	while read -r command rest; do
		[[ $command != "$1" ]] || { found=$rest; break; }
		[[ $command != "$1"* ]] || found=${found:-$rest}
	done
	echo "$found"
}

# Where the usage says $1 the line has the word $2
_vdpactl_given() {
	case $1 in
	DEV) device=$2 ;;
	MGMTDEV) mgmtdev=$2 ;;
	esac
}

# Candidates among the arguments that the usage $1 allows, behind the words $2...
_vdpactl_next() {
	local LC_ALL=C usage=${1//[[{]/} word previous=';' device='' mgmtdev=''
	local -a places=() keywords=()
	local -A takes=() used=()

	# ";" keeps what stands behind a bracket apart from what is in it
	usage=${usage//[]\}]/ ; }
	for word in ${usage// | / ; }; do
		case $word in
		';') ;;
		[A-Z]* | *'|'*)
			if [[ $previous == [a-z-]* ]]; then
				takes[$previous]=$word
			else
				places+=("$word")
			fi ;;
		*) keywords+=("$word") ;;
		esac
		previous=$word
	done

	previous=''
	for word in "${@:2}"; do
		if [[ $previous ]]; then
			_vdpactl_given "${takes[$previous]}" "$word"
			previous=''
		elif [[ " ${keywords[*]} " == *" $word "* ]]; then
			used[$word]=1
			[[ ! ${takes[$word]} ]] || previous=$word
		else
			_vdpactl_given "${places[0]}" "$word"
			places=("${places[@]:1}")
		fi
	done

	if [[ $previous ]]; then
		_vdpactl_values "${takes[$previous]}"
		return
	fi
	[[ ! ${places[0]} ]] || _vdpactl_values "${places[0]}"
	for word in "${keywords[@]}"; do
		[[ ${used[$word]} ]] || candidates+=("$word")
	done
}

_vdpactl_objects() {
	local -a names=()

	mapfile -t names < <("$vdpactl" help 2>/dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p')
	candidates+=("${names[@]}")
}

# The commands that the usage $1 has; an object that is its own command has none
_vdpactl_commands() {
	local -a names=()

	[[ $1 != [a-z]* ]] || mapfile -t names < <(cut -d ' ' -f 1 <<<"$1")
	candidates+=("${names[@]}")
}

# Candidates behind the words $@, which are no options of every command
_vdpactl_candidates() {
	local usage

	if [[ ! $1 ]]; then
		_vdpactl_objects
		candidates+=(help version)
		return
	fi
	if [[ $1 == help && ! $2 ]]; then
		_vdpactl_objects
		return
	fi
	# "dev help show" is "help dev show"
	[[ $2 != help ]] || set -- help "$1" "${@:3}"
	if [[ $1 == help ]]; then
		[[ $3 ]] || _vdpactl_commands "$(_vdpactl_usage "$2")"
		return
	fi
	usage=$(_vdpactl_usage "$1")
	if [[ $usage != [a-z]* ]]; then
		_vdpactl_next "$usage" "${@:2}"
	elif [[ ! $2 ]]; then
		_vdpactl_commands "$usage"
		candidates+=(help)
	else
		_vdpactl_next "$(_vdpactl_arguments "$2" <<<"$usage")" "${@:3}"
	fi
}

# Of the candidates, those that begin with $cur, as the shell is to read them
_vdpactl_reply() {
	local candidate quoted head='' open=''

	# Readline replaces only what follows the last colon
	[[ $cur != *:* || $COMP_WORDBREAKS != *:* ]] || head=${cur%"${cur##*:}"}
	[[ $cur != [\"\']* ]] || open=${cur:0:1}

	for candidate in "${candidates[@]}"; do
		[[ $candidate && $candidate == "${cur#"$open"}"* ]] || continue
		printf -v quoted %q "${candidate#"$head"}"
		# A comma means something in braces alone, which are quoted
		[[ $quoted == \$\'* ]] || quoted=${quoted//\\,/,}
		# Behind a quotation mark other rules hold: what needs none is no risk there
		[[ ! $open || $quoted == "$candidate" ]] || continue
		COMPREPLY+=("$quoted")
	done
}

_vdpactl() {
	# $COMP_WORDS is split at colons, which device handles are full of
	local vdpactl=$1 line=${COMP_LINE:0:COMP_POINT} cur='' word
	local -a words=() typed=() options=() candidates=()

	# Without -r: a backslash takes the meaning from what follows, as in the shell
	# shellcheck disable=SC2162
	read -a words <<<"$line"
	[[ $line == *[^\\][[:space:]] ]] || { cur=${words[-1]}; unset 'words[-1]'; }

	mapfile -t options < <("$vdpactl" help 2>/dev/null | sed -n '/^OPTIONS := /,/}/p' |
		grep -o -- '--[a-z]*')
	for word in "${words[@]:1}"; do
		[[ $word == -[a-zA-Z]* || " ${options[*]} " == *" ${word%%=*} "* ]] || typed+=("$word")
	done

	_vdpactl_candidates "${typed[@]}"
	[[ $cur != -* ]] || candidates+=("${options[@]}")
	COMPREPLY=()
	_vdpactl_reply
}

complete -F _vdpactl vdpactl
